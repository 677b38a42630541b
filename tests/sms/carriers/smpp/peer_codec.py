"""A codec that we did not write (smpplib), with types."""

from typing import Any

from smpplib import smpp


class _Sequence:
    """What smpplib wants in the place of a connection."""

    sequence = 7

    def next_sequence(self) -> int:
        """The number of every PDU."""
        return self.sequence


def written(command: str, **fields: Any) -> bytes:
    """A whole PDU, numbered 7."""
    made: bytes = smpp.make_pdu(command, client=_Sequence(), **fields).generate()
    return made


def read(octets: bytes) -> Any:
    """The PDU with its fields as attributes."""
    return smpp.parse_pdu(octets, client=_Sequence(), allow_unknown_opt_params=True)
