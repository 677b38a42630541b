"""The configuration: environment and one TOML file, read once into frozen dataclasses."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from gateway.sanity import problems
from gateway.toml_values import read_value


class SettingsError(Exception):
    """A setting is missing, unknown or impossible; the text names it and says what would do."""


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Certificate and key files, both PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mail comes in and how much of it is taken."""

    host: str = "127.0.0.1"
    port: int = 2525  # plain SMTP, STARTTLS when a certificate is given; 0 takes a free port
    submissions_port: int | None = None  # implicit TLS; needs a certificate
    lmtp_port: int | None = None  # only for fronts that are trusted to have proven the sender
    lmtp_socket: Path | None = None  # the same on a Unix socket, guarded by file permissions
    lmtp_fronts: tuple[str, ...] = ("127.0.0.1/32", "::1/128")
    tls: TlsSettings | None = None
    max_mail_bytes: int = 10_000_000
    max_recipients: int = 1000
    max_connections: int = 1000
    max_connections_per_network: int = 100  # a /24 or /64; loopback and fronts are exempt
    max_role_mails_per_hour: int = 100  # to postmaster and abuse, from who is not logged in
    max_role_mails_per_network: int = 20  # of these; loopback and fronts are exempt
    command_timeout_s: float = 300.0  # RFC 5321, 4.5.3.2.7
    data_timeout_s: float = 180.0  # RFC 5321, 4.5.3.2.5: between two blocks of data


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The smart host that takes our mails; without one they go to a local maildir."""

    host: str
    port: int = 587
    security: str = "starttls"  # none | starttls | tls
    username: str | None = None
    password_file: Path | None = None
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where health and metrics, and people and providers who come by HTTP, are answered."""

    host: str = "127.0.0.1"
    port: int = 8025
    public_url: str | None = None  # how others reach it, e.g. by a proxy with TLS; None: only this machine does
    trusted_proxies: tuple[str, ...] = ()  # whose X-Forwarded-For is believed, for carriers known by their addresses

    @property
    def base_url(self) -> str:
        """What the addresses of our pages begin with."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")


@dataclass(frozen=True, slots=True)
class GoogleSettings:
    """The application that is registered at Google, for reading calendars."""

    client_id: str
    client_secret_file: Path


@dataclass(frozen=True, slots=True)
class OutlookSettings:
    """The application that is registered at Microsoft Entra, for reading calendars."""

    client_id: str
    client_secret_file: Path
    authority: str = "https://login.microsoftonline.com/common"  # work, school and personal accounts


@dataclass(frozen=True, slots=True)
class CalendarsSettings:
    """How calendars are read."""

    poll_min: int = 15  # minutes between two looks at a calendar that nobody pushes news of
    private_servers: tuple[str, ...] = ()  # "host:port" of calendar servers of our own, which no https need guard


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """The sandbox carrier: a phone that lives in the database."""

    enabled: bool = True
    receipt_delay_s: float = 0.0
    rate_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """How news goes back by mail."""

    postmaster: str | None = None  # who gets what is sent to postmaster and abuse
    max_per_hour: int = 200  # letters to one address
    gather_s: float = 2.0  # news of one mail that comes within this time shares a letter


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How answers by SMS find those whom they are for."""

    window_days: int = 30  # an answer that comes later than this after the last message is nobody's
    ambiguous_hours: int = 24  # who wrote so shortly before the last may be meant as well
    part_patience_s: float = 1800.0  # for parts of a long SMS that have not come
    address_days: int = 90  # how long an answer can be answered by mail
    keep_days: int = 365  # how long what people sent is kept, with its text
    link_days: int = 1095  # how long a STOP link works after the last message that brought it


@dataclass(frozen=True, slots=True)
class SellerSettings:
    """Who sells: every invoice names it."""

    name: str
    address: tuple[str, ...]  # at most three lines
    postcode: str
    city: str
    siren: str
    vat_number: str
    country: str = "FR"
    legal_form: str | None = None  # form, capital and register, as a company must state them
    website: str | None = None  # https: where Stripe sends clients who have given their bank details
    iban: str | None = None  # where transfers go
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class DoubtSettings:
    """What is done about a message when a link broke before it was answered for."""

    resend: tuple[str, ...] = ("alert",)  # classes that are sent once more; the others are held for an operator
    grace_s: float = 120.0  # for receipts to come


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, with the defaults of a fresh machine."""

    data_dir: Path = Path("var")
    database_url: str | None = None  # None: SQLite in the data directory
    domain: str = "sms.localhost"
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    web: WebSettings = field(default_factory=WebSettings)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    answers: AnswerSettings = field(default_factory=AnswerSettings)
    relay: RelaySettings | None = None
    calendars: CalendarsSettings = field(default_factory=CalendarsSettings)
    google: GoogleSettings | None = None
    outlook: OutlookSettings | None = None
    seller: SellerSettings | None = None
    in_doubt: DoubtSettings = field(default_factory=DoubtSettings)
    carriers: Mapping[str, Any] = field(default_factory=dict)  # by name; each kind reads its own table
    routes: tuple[dict[str, Any], ...] = ()  # without any, carriers take all in their order

    @property
    def url(self) -> str:
        """The database in use, as an SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'gateway.db'}"

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is an SQLite file: one process at a time then works on it."""
        return self.url.startswith("sqlite")


S = TypeVar("S")


#: Data files of which an operator may have an own copy: it stands beside the file that GATEWAY_CONFIG names.
OWN = {f"{each}.toml" for each in ("free_mail", "keywords", "rates", "sender_ids", "smpp_status", "windows")}


def config_file(name: str) -> Path:
    """A data file (rates, wording …): the operator's own where it may be and is, else the default.

    That one stands beside the package in a checkout, inside it in an installed wheel.
    """
    if name in OWN and (named := os.environ.get("GATEWAY_CONFIG")) and (own := Path(named).parent / name).exists():
        return own
    package = Path(__file__).parent
    installed = package / "_config" / name
    return installed if installed.exists() else package.parent / "config" / name


def read_config(name: str) -> dict[str, Any]:
    """A data file in TOML, parsed."""
    path = config_file(name)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}") from None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read ``GATEWAY_CONFIG`` (TOML) where given, then let the other ``GATEWAY_*`` variables win."""
    document: dict[str, Any] = {}
    if path := environment.get("GATEWAY_CONFIG"):
        document = _read_toml(Path(path))
    for variable, (table, key) in _VARIABLES.items():
        if value := environment.get(variable):
            target = {**_table(document.get(table, {}), table)} if table else document
            target[key] = value
            document = {**document, table: target} if table else target
    settings = _build(Settings, document, "")
    if found := list(problems(settings)):
        raise SettingsError("; ".join(found))
    return settings


_VARIABLES = {
    "GATEWAY_DATA_DIR": ("", "data_dir"),
    "GATEWAY_DATABASE_URL": ("", "database_url"),
    "GATEWAY_DOMAIN": ("", "domain"),
    "GATEWAY_SMTP_PORT": ("smtp", "port"),
    "GATEWAY_WEB_PORT": ("web", "port"),
}

_SECTIONS: Mapping[str, type] = {
    "smtp": SmtpSettings,
    "web": WebSettings,
    "sandbox": SandboxSettings,
    "notices": NoticeSettings,
    "answers": AnswerSettings,
    "relay": RelaySettings,
    "calendars": CalendarsSettings,
    "google": GoogleSettings,
    "outlook": OutlookSettings,
    "seller": SellerSettings,
    "in_doubt": DoubtSettings,
    "tls": TlsSettings,
}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"GATEWAY_CONFIG names {path}, which does not exist") from None
    except OSError as error:
        raise SettingsError(f"GATEWAY_CONFIG names {path}, which cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None


def _build(kind: type[S], document: Mapping[str, Any], where: str) -> S:
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]  # only dataclasses come here
    for key in document:
        if key not in known:
            meant = "".join(f", did you mean {name}?" for name in get_close_matches(key, known, 1))
            raise SettingsError(f"unknown setting {where}{key}{meant or '.'} Known here: {', '.join(sorted(known))}")
    values = {key: _convert(str(known[key].type), key, value, where) for key, value in document.items()}
    try:
        return kind(**values)
    except TypeError:
        missing = sorted(name for name, each in known.items() if name not in values and _required(each))
        raise SettingsError(f"setting missing in {where.rstrip('.')}: {', '.join(missing)}") from None


def _required(each: Any) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _convert(kind: str, key: str, value: Any, where: str) -> Any:
    if key in _SECTIONS:
        return _build(_SECTIONS[key], _table(value, f"{where}{key}"), f"{where}{key}.")
    try:
        converted = read_value(kind, value)
    except ValueError as wanted:
        raise SettingsError(f"{where}{key} = {value!r} is not {wanted}") from None
    if key.endswith("port") and converted not in range(65_536):
        raise SettingsError(f"{where}{key} = {value!r} is no port; take one from 0 (any free one) to 65535")
    return converted


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{where} is a table: write [{where}]")
    return value
