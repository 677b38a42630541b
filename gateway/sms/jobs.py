"""The queue of messages that have yet to be handed to a carrier."""

from gateway.engine.queue import Queue
from gateway.sms.tables import job

JOBS = Queue(job, key="message_id", order="fair_tag")

#: Woken when jobs were queued.
TOPIC = "job"
