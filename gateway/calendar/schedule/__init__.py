"""When reminders leave: pure decisions about rules, appointments and the rows of the ledger.

``desired`` says which rows one appointment should have, ``diff`` what has to change so that the ledger has them,
``departure`` what becomes of one that is due, ``merge`` which of those share an SMS.
"""

from gateway.calendar.schedule.describing import describe
from gateway.calendar.schedule.differing import diff, rule_of, tells_move
from gateway.calendar.schedule.hours import next_open
from gateway.calendar.schedule.merging import Due, Together, merge
from gateway.calendar.schedule.notation import parse_rule, rule_from_json, rule_to_json, word_of
from gateway.calendar.schedule.planning import departure, desired, start_of, useful_until
from gateway.calendar.schedule.rows import (
    Appointment,
    Cancel,
    Change,
    Existing,
    Insert,
    Keep,
    Offset,
    Planned,
    Schedule,
    Update,
)
from gateway.calendar.schedule.rules import FURTHEST, Before, DayBefore, Lead, Rule

__all__ = [
    "FURTHEST",
    "Appointment",
    "Before",
    "Cancel",
    "Change",
    "DayBefore",
    "Due",
    "Existing",
    "Insert",
    "Keep",
    "Lead",
    "Offset",
    "Planned",
    "Rule",
    "Schedule",
    "Together",
    "Update",
    "departure",
    "describe",
    "desired",
    "diff",
    "merge",
    "next_open",
    "parse_rule",
    "rule_from_json",
    "rule_of",
    "rule_to_json",
    "start_of",
    "tells_move",
    "useful_until",
    "word_of",
]
