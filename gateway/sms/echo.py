"""What we send along so that receipts can be told apart where a carrier gives back no more than a small number."""

import zlib


def echo_of(reference: str, number: int) -> int:
    """16 bits for a part (from 1) of a message, the same whenever it is sent, also after a crash.

    SMPP calls it user_message_reference (SMPP 3.4, 5.3.2.17). Together with the recipient it names one message among
    those in doubt.
    """
    return zlib.crc32(f"{reference}/{number}".encode()) & 0xFFFF
