"""What a command_status means for us, by a table that operators can change."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from plans.checked import RuleError, Section


class StatusClass(StrEnum):
    """What is done about an answer."""

    THROTTLE = "throttle"  # slow down; no attempt is consumed
    RETRY = "retry"  # try again later, a number of times
    LINK = "link"  # the session is not what it should be: bind again
    BIND = "bind"  # somebody must look at the account
    PERMANENT = "permanent"  # never


@dataclass(frozen=True, slots=True)
class Statuses:
    """The classes of one carrier."""

    classes: Mapping[int, StatusClass]

    def class_of(self, status: int) -> StatusClass:
        """What to do; a number that nobody listed is permanent."""
        return self.classes.get(status, StatusClass.PERMANENT)

    def is_throttling(self, status: int) -> bool:
        """Whether the carrier only wants to be asked more slowly."""
        return self.class_of(status) is StatusClass.THROTTLE

    def of(self, kind: StatusClass) -> frozenset[int]:
        """The numbers of a class."""
        return frozenset(status for status, each in self.classes.items() if each is kind)


def read_statuses(path: Path, carrier: str) -> Statuses:
    """The table of a file for one carrier; ``RuleError`` names what is wrong in it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path} is not valid TOML: {error}") from None
    return statuses_from(document, carrier)


def statuses_from(document: Mapping[str, object], carrier: str) -> Statuses:
    """Read smpp_status.toml: what holds for every carrier, then what one of them means by its own numbers."""
    section = Section(document)
    section.only({*StatusClass, "carrier"})
    classes = _listed(section)
    if "carrier" in document:
        own = section.section("carrier")
        for name in own.values:
            listed = _own(own.section(name))
            if name == carrier:
                classes |= listed
    return Statuses(classes)


def _own(section: Section) -> dict[int, StatusClass]:
    section.only(set(StatusClass))
    return _listed(section)


def _listed(section: Section) -> dict[int, StatusClass]:
    classes: dict[int, StatusClass] = {}
    for each in StatusClass:
        for status in section.counts(each, least=1) if each in section.values else ():
            if status in classes:
                raise RuleError(f"{section.name(each)}: 0x{status:08X} stands under {classes[status]}, too")
            classes[status] = each
    return classes
