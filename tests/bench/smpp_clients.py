"""One SMPP client under load: ours, or one from the package index, in a process of its own.

    python smpp_clients.py NAME PORT MESSAGES WINDOW     prints the seconds that it took, and those of its CPUs

It is run by whichever Python has the client, so it imports nothing else. Every message is a PDU of its own; the window
is kept by the client where it has one, else by as many tasks, and by hand where it has no tasks either. All that use
asyncio run on uvloop, as the service does.
"""

import asyncio
import importlib
import sys
import time
from collections.abc import Awaitable, Callable

TEXT = b"Hello this is a benchmark message"  # 33 characters
FROM, TO = "12345", "33639981234"

Submit = Callable[[], Awaitable[object]]
Took = tuple[float, float]  # seconds by the clock, and of CPU in all threads


def now() -> Took:
    """Both clocks."""
    return time.perf_counter(), time.process_time()


def since(began: Took) -> Took:
    """What passed on both."""
    clock, cpu = now()
    return clock - began[0], cpu - began[1]


async def timed(submit: Submit, messages: int, window: int) -> Took:
    """As many tasks as the window is wide, each with one message under way."""
    left = iter(range(messages))

    async def work() -> None:
        for _ in left:
            await submit()

    began = now()
    await asyncio.gather(*(work() for _ in range(window)))
    return since(began)


async def ours(port: int, messages: int, window: int) -> Took:
    """Our link, with its window."""
    from gateway.sms.carriers.smpp.link import Link, LinkState, Nature
    from gateway.sms.carriers.smpp.pdus import Address, ShortMessage
    from gateway.sms.carriers.smpp.session import Answered, Hooks
    from gateway.sms.carriers.smpp.settings import SmppSettings, Timing
    from gateway.sms.carriers.smpp.words import Command

    settings = SmppSettings("bench", "127.0.0.1", port, "u", "p", timing=Timing(window=window))
    hooks = Hooks(lambda _session, _frame: None, lambda _context, _answer: None)
    link = Link(settings, Command.BIND_TRANSCEIVER, hooks, throttling=set(), refusing=set(), nature=Nature())
    running = asyncio.create_task(link.run())
    while link.health.state is not LinkState.BOUND:  # noqa: ASYNC110 - once, before the clock starts
        await asyncio.sleep(0.01)

    async def submit() -> None:
        reply = await link.submit(ShortMessage(Address(0, 0, FROM), Address(1, 1, TO), TEXT).encode(), 60)
        assert isinstance(reply, Answered)

    took = await timed(submit, messages, window)
    await link.drain()
    await link.close()
    running.cancel()
    return took


def smpplib(port: int, messages: int, window: int) -> Took:
    """Blocking, without a window: written and read in turn by hand."""
    library = importlib.import_module("smpplib.client")
    client = library.Client("127.0.0.1", port, allow_unknown_opt_params=True)
    answered = 0

    def note(**_: object) -> None:
        nonlocal answered
        answered += 1

    client.set_message_sent_handler(note)
    client.connect()
    client.bind_transceiver(system_id="u", password="p")
    began, sent = now(), 0
    while answered < messages:
        while sent < messages and sent - answered < window:
            client.send_message(
                source_addr=FROM, dest_addr_ton=1, dest_addr_npi=1, destination_addr=TO, short_message=TEXT
            )
            sent += 1
        client.read_once()
    took = since(began)
    client.unbind()
    client.disconnect()
    return took


async def smpp34(port: int, messages: int, window: int) -> Took:
    """Its core, in Rust, keeps the window."""
    library = importlib.import_module("smpp34")
    smsc = await library.Client("127.0.0.1", port, "u", "p", bind_type="TRX", window_size=window).connect()

    async def submit() -> None:
        answer = await smsc.submit_sm(TO, TEXT, source_addr=FROM, dest_addr_ton=1, dest_addr_npi=1)
        assert answer.is_success

    took = await timed(submit, messages, window)
    await smsc.unbind()
    return took


async def rusmppyc(port: int, messages: int, window: int) -> Took:
    """No window: as many tasks. It insists on SMPP 5 unless told otherwise, and has events that somebody must take."""
    library = importlib.import_module("rusmppyc")
    client, events = await library.Client.connect(
        url=f"smpp://127.0.0.1:{port}", response_timeout=60_000, interface_version_check=False
    )

    async def listen() -> None:
        async for _ in events:
            pass

    listening = asyncio.create_task(listen())
    await client.bind_transceiver(system_id="u", password="p", interface_version=library.InterfaceVersion.Smpp3_4())
    ton, npi = library.Ton.International(), library.Npi.Isdn()

    async def submit() -> None:
        await client.submit_sm(
            source_addr=FROM, dest_addr_ton=ton, dest_addr_npi=npi, destination_addr=TO, short_message=TEXT
        )

    took = await timed(submit, messages, window)
    await client.unbind()
    listening.cancel()
    return took


async def aiosmpplib(port: int, messages: int, window: int) -> Took:
    """No window, and answers only by a hook: each task waits for any one of them."""
    library = importlib.import_module("aiosmpplib")
    answers = asyncio.Semaphore(0)

    class Hook(library.AbstractHook):  # type: ignore[misc, name-defined]  # it is only known when it is there
        async def sending(self, *_: object) -> None:
            pass

        async def received(self, smpp_message: object, *_: object) -> None:
            if isinstance(smpp_message, library.SubmitSmResp):
                answers.release()

        async def send_error(self, *_: object) -> None:
            answers.release()  # it says that no answer came, though one did

    esme = library.ESME("127.0.0.1", port, "u", "p", hook=Hook(), log_level="CRITICAL")
    running = asyncio.create_task(esme.start())
    number = iter(range(messages))

    async def submit() -> None:
        message = library.SubmitSm(
            short_message=TEXT.decode(),
            source=library.PhoneNumber(FROM),
            destination=library.PhoneNumber(TO),
            log_id=str(next(number)),
        )
        await esme.broker.enqueue(message)
        await answers.acquire()

    took = await timed(submit, messages, window)
    await esme.stop()
    running.cancel()
    return took


CLIENTS = {each.__name__: each for each in (ours, smpplib, smpp34, rusmppyc, aiosmpplib)}


def main() -> None:
    """Run one and say how long it took."""
    name, *numbers = sys.argv[1:]
    took = CLIENTS[name](*map(int, numbers))
    if not isinstance(took, tuple):
        took = importlib.import_module("uvloop").run(took)
    print(*took)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
