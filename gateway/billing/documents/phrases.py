"""The words of invoices, in French and English."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from gateway.settings import config_file
from gateway.wording import Language, WordingError
from plans.invoices import LineKind
from plans.orders import PaymentMeans


class Phrase(StrEnum):
    """The words of a page; what they say is in ``config/wording.invoice.*.toml`` under the same names."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    NUMBERED = "numbered"
    CORRECTS = "corrects"
    ISSUED_ON = "issued_on"
    SUPPLIED_ON = "supplied_on"
    SUPPLIED_DURING = "supplied_during"
    DUE_ON = "due_on"
    PERIOD = "period"
    BILLED_TO = "billed_to"
    SIREN = "siren"
    SIRET = "siret"
    VAT_NUMBER = "vat_number"
    DESCRIPTION = "description"
    QUANTITY = "quantity"
    UNIT_PRICE = "unit_price"
    VAT_RATE = "vat_rate"
    NET = "net"
    TOTAL_NET = "total_net"
    TAX = "tax"
    NO_TAX = "no_tax"
    TOTAL_GROSS = "total_gross"
    PREPAID = "prepaid"
    TO_PAY = "to_pay"
    TO_CREDIT = "to_credit"
    PAYMENT = "payment"
    MEANS = "means"
    REFERENCE = "reference"
    IBAN = "iban"
    BIC = "bic"
    CONDITIONS = "conditions"
    LATE_RATE = "late_rate"
    ON_DEBITS = "on_debits"
    INDEMNITY = "indemnity"
    PAGE = "page"


class Column(StrEnum):
    """The columns of a consumption detail, in their order, and the word before its sum."""

    SENT_AT = "sent_at"
    RECIPIENT = "recipient"
    DESTINATION = "destination"
    REFERENCE = "reference"
    UNITS = "units"
    UNIT_PRICE = "unit_price"
    NET = "net"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Phrases:
    """All the words in one language; made by ``phrases_from`` or ``read_phrases``, which check that none is missing."""

    _phrases: Mapping[str, str]
    _lines: Mapping[str, str]
    _means: Mapping[str, str]
    _columns: Mapping[str, str]

    def say(self, phrase: Phrase, **values: object) -> str:
        """A phrase with its braces filled in; a missing value is a bug and raises."""
        return self._phrases[phrase].format(**values)

    def line(self, kind: LineKind, label: str) -> str:
        """What a line is for."""
        return self._lines[kind].format(label=label)

    def means(self, means: PaymentMeans) -> str:
        """A means of payment."""
        return self._means[means]

    def column(self, column: Column) -> str:
        """The head of a column of the detail."""
        return self._columns[column]


def phrases_from(text: str) -> Phrases:
    """Read the TOML text of one language; ``WordingError`` names what is missing or unknown."""
    document = tomllib.loads(text)
    tables: dict[str, type[StrEnum]] = {"phrase": Phrase, "line": LineKind, "means": PaymentMeans, "detail": Column}
    for table, names in tables.items():
        if unmatched := set(names) ^ set(document.get(table, {})):
            raise WordingError(
                f"the words of invoices: missing or unknown in [{table}]: {', '.join(sorted(unmatched))}"
            )
    return Phrases(*(document[table] for table in tables))


@cache
def read_phrases(language: Language) -> Phrases:
    """The words of ``config/wording.invoice.*.toml``, read once."""
    return phrases_from(config_file(f"wording.invoice.{language}.toml").read_text(encoding="utf-8"))
