"""The process that reads mail: raw mails in on standard input, what was read out on standard output.

Started by ``gateway.smtp.readers`` as ``python -m gateway.smtp.reader``. It imports the pure reading modules only, so
that it is small, and it guards itself: the kernel ends it at a mail that takes too long, and it leaves when its input
ends, which the death of the service brings about however it dies.
"""

import json
import resource
import signal
import struct
import sys
from dataclasses import asdict
from typing import BinaryIO

from gateway.smtp.reading import MailLimits, read_mail

FRAME = struct.Struct(">I")  # both ways: the length of what follows


def main() -> None:
    """Read until the input ends; arguments: seconds for one mail, octets of address space."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for stop in (signal.SIGINT, signal.SIGTERM):  # meant for the service, which drains before it closes our input
        signal.signal(stop, signal.SIG_IGN)
    answer_all(sys.stdin.buffer, sys.stdout.buffer, seconds)


def answer_all(mails: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answer every mail at once and in order, so that the first without an answer is the one that ended the process."""
    while length := mails.read(FRAME.size):
        raw = mails.read(FRAME.unpack(length)[0])
        signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends the process, in the middle of C code too
        answer = json.dumps(asdict(read_mail(raw, MailLimits()))).encode("ascii")
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(FRAME.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
