"""The description of a provider out of its table in the configuration."""

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from gateway.sms.carriers.http import template
from gateway.sms.carriers.http.deliveries import FRESH_FOR
from gateway.sms.carriers.http.generic import Generic
from gateway.sms.carriers.http.generic_rules import NAMES, Answers, InboundRule, ReceiptRule, Seal, Sending
from gateway.sms.carriers.http.settings import COMMON, address
from gateway.sms.carriers.http.verdicts import AnswerClass, Meaning
from gateway.sms.carriers.keys import optional_secret, optional_text, secret, word
from gateway.sms.words import MessageState
from plans.checked import RuleError, Section
from plans.words import Reason

#: The keys of its table.
KEYS = {
    "url",
    "method",
    "headers",
    "query",
    "json",
    "form",
    "username",
    "secret_file",
    "sender",
    "longest_validity_s",
    "deduplicates",
    "answer",
    "signature",
    "receipts",
    "inbound",
}

#: How a code says that the provider had the message already.
_KNOWN = "taken"

_STATES = {
    "delivered": MessageState.DELIVERED,
    "failed": MessageState.FAILED,
    "expired": MessageState.EXPIRED,
}


class _Method(StrEnum):
    GET = "GET"
    POST = "POST"
    PUT = "PUT"


class _Encoding(StrEnum):
    HEX = "hex"
    BASE64 = "base64"


def generic_from(section: Section, callback: str) -> Generic:
    """Read ``[carriers.<name>]`` of kind "http"; ``RuleError`` names what is missing, unknown or impossible."""
    section.only(COMMON | KEYS)
    seal = _seal(section.section("signature")) if "signature" in section.values else None
    receipts = _receipts(section.section("receipts")) if "receipts" in section.values else None
    inbound = _inbound(section.section("inbound")) if "inbound" in section.values else None
    if (receipts or inbound) and seal is None and "path_secret_file" not in section.values:
        raise RuleError(f"{section.path}: whoever delivers must prove it, by a signature or a path_secret_file")
    return Generic(
        sending=_sending(section),
        answers=_answers(section.section("answer")) if "answer" in section.values else Answers(),
        deduplicates="deduplicates" in section.values and section.flag("deduplicates"),
        sender=optional_text(section, "sender"),
        callback=callback,
        secret=optional_secret(section, "secret_file") or "",
        seal=seal,
        receipts=receipts,
        inbound=inbound,
    )


def _sending(section: Section) -> Sending:
    address(section, "url")
    if "json" in section.values and "form" in section.values:
        raise RuleError(f"{section.path}: a request is json or a form, not both")
    given: dict[str, Any] = {}
    if "method" in section.values:
        given["method"] = word(_Method, section, "method").value
    if "longest_validity_s" in section.values:
        given["longest_validity"] = timedelta(seconds=section.count("longest_validity_s", least=1))
    for key, attribute in (("query", "query"), ("form", "form")):
        if key in section.values:
            section.section(key)
            given[attribute] = template.check(section, key, NAMES)
    if "json" in section.values:
        given["document"] = template.check(section, "json", NAMES)
    return Sending(url=template.check(section, "url", NAMES), headers=_headers(section), **given)


def _headers(section: Section) -> Mapping[str, str]:
    """Those that are written down, and HTTP's own for a name and a password."""
    headers: dict[str, str] = {}
    if "headers" in section.values:
        table = section.section("headers")
        headers = {key: template.check(table, key, {"secret"}) for key in table.values if table.text(key)}
    if "username" in section.values:
        user = f"{section.text('username')}:{secret(section, 'secret_file')}"
        headers["Authorization"] = f"Basic {b64encode(user.encode()).decode()}"
    return headers


def _answers(section: Section) -> Answers:
    section.only({"statuses", "pattern", "words", "id", "id_pattern", "code", "code_pattern", "codes"})
    meanings, known = _codes(section)
    return Answers(
        statuses=frozenset(section.counts("statuses", least=200)) if "statuses" in section.values else None,
        pattern=_pattern(section, "pattern", groups=0),
        words=_words(section, "words"),
        reference=optional_text(section, "id"),
        reference_pattern=_pattern(section, "id_pattern", groups=1),
        code=optional_text(section, "code"),
        code_pattern=_pattern(section, "code_pattern", groups=1),
        meanings=meanings,
        known=known,
    )


def _codes(section: Section) -> tuple[Mapping[str, Meaning], frozenset[str]]:
    """What codes mean: a class, a reason for refusing, or that the message was taken before."""
    classes = {each.value: Meaning(each) for each in AnswerClass}
    reasons = {each.value: Meaning(AnswerClass.REFUSED, each) for each in Reason}
    meanings, known = {}, set()
    table = section.section("codes") if "codes" in section.values else Section({})
    for code in table.values:
        said = table.text(code)
        if said == _KNOWN:
            known.add(code)
        elif meant := classes.get(said) or reasons.get(said):
            meanings[code] = meant
        else:
            raise RuleError(f"{table.name(code)} takes {_KNOWN}, {', '.join(classes)} or a reason of the wording")
    return meanings, frozenset(known)


def _receipts(section: Section) -> ReceiptRule:
    section.only({"id", "state", "reference", "recipient", "code", *_STATES})
    words = {each: section.texts(each) if each in section.values else () for each in _STATES}
    return ReceiptRule(
        reference=section.text("id"),
        state=section.text("state"),
        states={said: _STATES[each] for each, all_said in words.items() for said in all_said},
        ours=optional_text(section, "reference"),
        recipient=optional_text(section, "recipient"),
        code=optional_text(section, "code"),
    )


def _inbound(section: Section) -> InboundRule:
    section.only({"id", "sender", "text", "when", "recipient", "number", "at"})
    if not {"id", "at"} & section.values.keys():
        raise RuleError(
            f"{section.path} needs an id, or the time at which an SMS was sent (at): else who answers the same twice "
            "in a week is heard once"
        )
    return InboundRule(
        sender=section.text("sender"),
        text=section.text("text"),
        when=_words(section, "when"),
        key=optional_text(section, "id"),
        recipient=optional_text(section, "recipient"),
        number=optional_text(section, "number") or "",
        at=optional_text(section, "at"),
    )


def _seal(section: Section) -> Seal:
    section.only({"header", "secret_file", "signed", "prefix", "encoding", "timestamp", "fresh_s"})
    timestamp = optional_text(section, "timestamp")
    signed = section.text("signed") if "signed" in section.values else "{body}"
    if "{body}" not in signed or (timestamp and "{timestamp}" not in signed):
        raise RuleError(f"{section.name('signed')} must hold {{body}}, and {{timestamp}} where there is one")
    encoding = word(_Encoding, section, "encoding") if "encoding" in section.values else _Encoding.HEX
    return Seal(
        secret=secret(section, "secret_file"),
        header=section.text("header").lower(),
        signed=signed,
        prefix=section.text("prefix") if section.values.get("prefix", "") != "" else "",
        base64=encoding is _Encoding.BASE64,
        timestamp=timestamp.lower() if timestamp else None,
        fresh_for=timedelta(seconds=section.count("fresh_s", least=1)) if "fresh_s" in section.values else FRESH_FOR,
    )


def _words(section: Section, key: str) -> Mapping[str, frozenset[str]]:
    table = section.section(key) if key in section.values else Section({})
    return {path: frozenset(table.texts(path)) for path in table.values}


def _pattern(section: Section, key: str, groups: int) -> re.Pattern[str] | None:
    if key not in section.values:
        return None
    try:
        pattern = re.compile(section.text(key))
    except re.error as error:
        raise RuleError(f"{section.name(key)} is no regular expression: {error}") from None
    if pattern.groups < groups:
        raise RuleError(f"{section.name(key)} must have a group in parentheses, which is what is taken")
    return pattern
