"""A process that serves the web and nothing else hears the carriers whose messages another process sends."""

import json
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from gateway.app.carrier_webhooks import carrier_webhooks, ears_of
from gateway.app.service import Role, running
from gateway.engine.database import Engine
from gateway.settings import Settings, WebSettings
from gateway.sms.tables import early_receipt, inbound

RECEIPT = {"status": 3, "message_id": "250545910579200023", "destination": "33639981234"}
ANSWER = {"date": "2026-11-23T09:59:00+01:00", "message": "Bonjour", "from": "33639981234"}


@pytest.fixture
def table(tmp_path: Path) -> dict[str, str]:
    """An account at SMSFactor, without anything that would prove a delivery."""
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    return {"kind": "smsfactor", "token_file": str(secret)}


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgres"])  # on SQLite one process has all roles
async def test_the_web_hears_what_the_worker_has_sent(database_url: str, table: dict[str, str], tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        web=WebSettings(port=0),
        carriers={"one": {**table, "signature_file": table["token_file"]}},
    )
    async with running(settings, [Role.WEB]) as service, httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{service.web_port}/webhooks/sms/one"
        for told in (RECEIPT, ANSWER):
            answer = await client.post(
                url, headers={"X-SMSFactor-Signature": "secret"}, content=json.dumps(told).encode()
            )
            assert answer.status_code == 204
        reading = service.engine.read
        receipts = await reading(lambda connection: connection.scalars(select(early_receipt.c.reference)).all())
        texts = await reading(lambda connection: connection.scalars(select(inbound.c.body)).all())
    assert (receipts, texts) == (["250545910579200023"], ["Bonjour"])


async def test_who_could_not_be_told_from_anybody_is_not_heard(table: dict[str, str], engine: Engine) -> None:
    assert ears_of(Settings(carriers={"one": table}), engine) == {}
    assert carrier_webhooks(engine, Settings(carriers={"one": table})) == []
    proven = {**table, "signature_file": table["token_file"]}
    assert ears_of(Settings(carriers={"one": proven}), engine).keys() == {"one"}
    assert len(carrier_webhooks(engine, Settings(carriers={"one": proven}))) == 2
