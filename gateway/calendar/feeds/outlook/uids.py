"""The iCalendar UID in what Exchange calls a global object id.

Graph's ``iCalUId`` is another one for each occurrence of a series: its day is written into it. Without that day it is
the UID that every other calendar shows for the event ([MS-OXOCAL] 2.2.1.27, [MS-OXCICAL] 2.1.3.1.1.20.26).
"""

_PREFIX = "040000008200E00074C5B7101A82E008"  # 16 octets that every such id begins with, in hexadecimal
_DAY = slice(32, 40)  # year, month and day of the occurrence, zero for the series
_DATA = slice(80, None)  # after the time of its making, eight reserved octets and the size
_FOREIGN = b"vCal-Uid\x01\x00\x00\x00"  # before the UID of an event that was not made by Exchange


def shared_uid(ical_uid: str) -> str:
    """The UID that all copies and occurrences of an event share."""
    if not ical_uid.upper().startswith(_PREFIX):
        return ical_uid
    return _foreign_uid(ical_uid[_DATA]) or ical_uid[: _DAY.start] + "00000000" + ical_uid[_DAY.stop :]


def _foreign_uid(data: str) -> str:
    """The UID that came with an invitation, "" where Exchange made one itself."""
    try:
        octets = bytes.fromhex(data)
        return octets.removeprefix(_FOREIGN).rstrip(b"\0").decode() if octets.startswith(_FOREIGN) else ""
    except ValueError:
        return ""
