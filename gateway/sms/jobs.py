"""The queue of messages that have yet to be handed to a carrier."""

from gateway.engine.queue import Queue
from gateway.sms.tables import job
from plans.words import MessageClass

JOBS = Queue(job, key="message_id", order="fair_tag")

#: Woken when jobs of a class were queued; whoever queues cannot tell which, so all of them.
TOPICS = {each: f"job:{each}" for each in MessageClass}
