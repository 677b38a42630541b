"""When reminders leave: pure decisions about rules, appointments and the rows of the ledger.

``desired`` says which rows one appointment should have, ``diff`` what has to change so that the ledger has them,
``departure`` what becomes of one that is due, ``merge`` which of those share an SMS.
"""

from gateway.calendar.schedule.describing import describe
from gateway.calendar.schedule.differing import diff, rule_of
from gateway.calendar.schedule.hours import next_open
from gateway.calendar.schedule.merging import Due, Together, merge
from gateway.calendar.schedule.notation import parse_rule, rule_from_json, rule_to_json, word_of
from gateway.calendar.schedule.planning import clock_of, departure, desired, start_of
from gateway.calendar.schedule.rows import (
    ALWAYS,
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
    "ALWAYS",
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
    "clock_of",
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
    "word_of",
]
