"""A server with the manners of Stripe's API, as far as its public documents tell.

``python -m tests.peers.stripe`` prints its port, keeps everything in memory and ends with its standard input.
Written from https://docs.stripe.com/api (customers, checkout sessions, setup intents, payment intents, refunds,
idempotent requests, errors) and https://docs.stripe.com/webhooks, and on purpose without a line of the gateway or of
Stripe's library.

The name of a payment method says what it does: Stripe's own test names, and some for accidents.
"""

from tests.peers.stripe.server import serve

serve()
