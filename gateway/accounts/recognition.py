"""Which account a mail comes from: the registered sender behind a proven address, for many questions at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from gateway.accounts import addresses
from gateway.accounts.clients import Client
from gateway.accounts.senders import Sender
from gateway.accounts.tables import account, sender
from gateway.accounts.words import AccountState, SenderKind
from plans.words import Reason


@dataclass(frozen=True, slots=True)
class Question:
    """Who is asking to send: what the SMTP session knows when a recipient is named."""

    account_id: int | None  # the account proven by AUTH
    peer_address: str  # the IP address of the other side; empty on a Unix socket
    mail_from: str
    slug: str | None = None  # the account named in the recipient's address
    wanted_id: int | None = None  # the account that the recipient's address stands for
    vouched: bool = False  # a trusted front has proven ``mail_from``


@dataclass(frozen=True, slots=True)
class RecognisedSender:
    """A sender and its account, with the settings of both; the account is active, and so is its parent."""

    client: Client
    sender: Sender


@dataclass(frozen=True, slots=True)
class _Candidate:
    client: Client
    parent_state: AccountState | None
    sender: Sender


def recognise(connection: Connection, questions: Sequence[Question]) -> list[RecognisedSender | Reason]:
    """One answer per question, in order, with two queries at most for all of them.

    An exact address goes before its domain. Only a proof counts: AUTH as the account, a trusted front, or a
    registered host of the same account that covers the peer. Where several accounts have registered the same address,
    ``slug`` or ``wanted_id`` must tell which is meant.
    """
    spelled = [addresses.address(question.mail_from) for question in questions]
    registered = _registered(connection, {each for each in spelled if each})
    unproven = {
        candidate.client.account_id
        for question, address in zip(questions, spelled, strict=True)
        if question.account_id is None and not question.vouched
        for candidate in _of(registered, address)
    }
    hosts = _hosts(connection, unproven)
    return [
        _answer(question, _of(registered, address), hosts) for question, address in zip(questions, spelled, strict=True)
    ]


_parent = account.alias("parent")
_BY_VALUE = (
    select(account, sender, _parent.c.state.label("parent_state"))
    .join_from(sender, account, sender.c.account_id == account.c.account_id)
    .outerjoin(_parent, _parent.c.account_id == account.c.parent_id)
    .where(
        sender.c.value.in_(bindparam("spelled", expanding=True)),
        sender.c.kind.in_([SenderKind.ADDRESS, SenderKind.DOMAIN]),
    )
)
_HOSTS = select(sender.c.account_id, sender.c.value).where(
    sender.c.account_id.in_(bindparam("account_ids", expanding=True)), sender.c.kind == SenderKind.HOST
)


def _registered(connection: Connection, spelled: Iterable[str]) -> Mapping[str, list[_Candidate]]:
    """The candidates by the value that they are registered under: an address, or a domain with its @."""
    values = set(spelled)
    values |= {address.rpartition("@")[2] for address in values}
    found: dict[str, list[_Candidate]] = defaultdict(list)
    if values:
        for row in connection.execute(_BY_VALUE, {"spelled": list(values)}):
            candidate = _candidate(row)
            found[candidate.sender.value].append(candidate)
    return found


def _candidate(row: Row[Any]) -> _Candidate:
    columns_of_client = len(account.c)
    return _Candidate(Client(*row[:columns_of_client]), row[-1], Sender(*row[columns_of_client:-1]))


def _hosts(connection: Connection, account_ids: set[int]) -> Mapping[int, list[addresses.Network]]:
    """The registered networks of these accounts."""
    found: dict[int, list[addresses.Network]] = defaultdict(list)
    if account_ids:
        for account_id, value in connection.execute(_HOSTS, {"account_ids": list(account_ids)}):
            if network := addresses.network(value):
                found[account_id].append(network)
    return found


def _of(registered: Mapping[str, list[_Candidate]], address: str | None) -> list[_Candidate]:
    """Who has registered the address itself or its domain, addresses first."""
    if address is None:
        return []
    return [*registered.get(address, []), *registered.get(address.rpartition("@")[2], [])]


def _answer(
    question: Question, candidates: Sequence[_Candidate], hosts: Mapping[int, list[addresses.Network]]
) -> RecognisedSender | Reason:
    proven = [each for each in candidates if _is_proven(question, each.client.account_id, hosts)]
    if not proven:
        return _why_unproven(question, candidates)
    meant = [each for each in proven if _is_meant(question, each.client)]
    if not meant:
        return Reason.SENDER_UNKNOWN if question.account_id is None else Reason.SENDER_NOT_ALLOWED
    best = [each for each in meant if each.sender.kind is meant[0].sender.kind]
    if len(best) > 1:
        return Reason.SENDER_UNKNOWN  # several accounts, and nothing says which
    return _standing_reason(best[0]) or RecognisedSender(best[0].client, best[0].sender)


def _is_meant(question: Question, client: Client) -> bool:
    return question.slug in {None, client.slug} and question.wanted_id in {None, client.account_id}


def _is_proven(question: Question, account_id: int, hosts: Mapping[int, list[addresses.Network]]) -> bool:
    if question.account_id is not None:
        return question.account_id == account_id
    return question.vouched or _covered(question.peer_address, hosts.get(account_id, []))


def _covered(peer_address: str, networks: Sequence[addresses.Network]) -> bool:
    peer = addresses.host(peer_address) if networks else None
    return peer is not None and any(addresses.covers(each, peer) for each in networks)


def _why_unproven(question: Question, candidates: Sequence[_Candidate]) -> Reason:
    if question.account_id is not None:
        return Reason.SENDER_NOT_ALLOWED
    return Reason.SENDER_UNPROVEN if candidates else Reason.SENDER_UNKNOWN


def _standing_reason(candidate: _Candidate) -> Reason | None:
    states = {candidate.client.state, candidate.parent_state}
    if AccountState.CLOSED in states:
        return Reason.ACCOUNT_CLOSED
    return Reason.ACCOUNT_SUSPENDED if AccountState.SUSPENDED in states else None
