"""What an audit finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Two figures that must be equal and are not."""

    account_id: int  # 0 where it is nobody's
    subject: str  # what is wrong, with its id
    expected: int
    found: int
