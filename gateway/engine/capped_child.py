"""The child's side of ``capped``: octets in on standard input, one answer out for each, within the caps.

It guards itself: the kernel ends it at a question that takes too long, and it leaves when its input ends, which the
death of the service brings about however it dies.
"""

import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

FRAME = struct.Struct(">I")  # both ways: the length of what follows

Answer = Callable[[bytes], bytes]


def main(answer: Answer) -> None:
    """Answer until the input ends; the arguments of the program: seconds for one question, octets of address space."""
    seconds, memory = float(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for stop in (signal.SIGINT, signal.SIGTERM):  # meant for the service, which drains before it closes our input
        signal.signal(stop, signal.SIG_IGN)
    answer_all(sys.stdin.buffer, sys.stdout.buffer, seconds, answer)


def answer_all(questions: BinaryIO, answers: BinaryIO, seconds: float, answer: Answer) -> None:
    """Answer each at once and in order, so that the first without an answer is the one that ended the process."""
    while length := questions.read(FRAME.size):
        question = questions.read(FRAME.unpack(length)[0])
        signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends the process, in the middle of C code too
        answered = answer(question)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(FRAME.pack(len(answered)) + answered)
        answers.flush()
