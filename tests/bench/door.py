"""The SMTP door with its database and no worker behind it: ``python -m tests.bench.door``, settings as for the service.

In production the worker shares the process; here is what taking mail in costs by itself, as Postfix does with HOLD.
"""

import uvloop

from gateway.app.keyed import reply_addresses
from gateway.app.opening import open_current
from gateway.app.rules import read_rules
from gateway.app.service import until_told_to_stop
from gateway.engine import garbage
from gateway.settings import Settings, read_settings
from gateway.smtp.desk import Desk
from gateway.smtp.listener import bind_doors, serve_smtp
from gateway.wording import read_wording


async def serve(settings: Settings) -> None:
    """Take mail in until told to stop."""
    async with open_current(settings) as engine:
        desk = Desk(engine, read_rules(settings), reply_addresses(settings))
        listener = await serve_smtp(settings, desk, read_wording().smtp_line, bind_doors(settings.smtp))
        await until_told_to_stop()
        await listener.drain(1)


if __name__ == "__main__":
    garbage.settle()  # as the service does
    uvloop.run(serve(read_settings()))
