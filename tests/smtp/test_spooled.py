"""Envelopes come out of the spool as they went in."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.dialects import sqlite

from gateway.engine.database import Engine
from gateway.smtp.spool import NO_ACCOUNT
from gateway.smtp.spooled import EnvelopeJson, SpooledEnvelope, SpooledRecipient
from gateway.smtp.tables import spool
from plans.words import MessageClass

TEXT = st.text(max_size=20)
RECIPIENTS = st.builds(
    SpooledRecipient, TEXT, st.none() | TEXT, st.none() | st.sampled_from(MessageClass), st.none() | TEXT
)
ENVELOPES = st.builds(SpooledEnvelope, TEXT, st.integers(0, 2**63 - 1), st.lists(RECIPIENTS, max_size=4).map(tuple))


@given(ENVELOPES)
def test_an_envelope_comes_back_as_it_was(envelope: SpooledEnvelope) -> None:
    column, dialect = EnvelopeJson(), sqlite.dialect()
    stored = column.bind_processor(dialect)(envelope)
    assert column.result_processor(dialect, None)(stored) == envelope


async def test_either_database_keeps_it(engine: Engine) -> None:
    recipients = (
        SpooledRecipient("0639981234@sms.localhost", "+33639981234", MessageClass.ALERT, None),
        SpooledRecipient("abuse@sms.localhost", None, None, "abuse"),
    )
    envelope = SpooledEnvelope('"é"@alice.example', 5, recipients)
    stamp = engine.stamp()
    row = {"account_id": NO_ACCOUNT, "mail_id": 1, "envelope": envelope, "raw": b"", "received_at": stamp.now}
    await engine.write(lambda connection: connection.execute(insert(spool), [row]).rowcount)
    (found,) = await engine.read(lambda connection: connection.scalars(select(spool.c.envelope)).all())
    assert found == envelope
    assert isinstance(found.recipients[0].message_class, MessageClass)
