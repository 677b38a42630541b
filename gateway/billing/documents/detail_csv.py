"""The detail of consumption as CSV: every SMS that an invoice charges, adding up to its lines."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from gateway.billing.documents.figures import country, euros, unit_euros
from gateway.billing.documents.phrases import Column, read_phrases
from gateway.billing.documents.tidy import tidy
from gateway.wording import Language
from plans.invoices import Invoice, Line, LineKind
from plans.money import Rate

_COLUMNS = tuple(column for column in Column if column is not Column.TOTAL)
_TEXT = 200  # characters
_FORMULA = ("=", "+", "-", "@")  # a spreadsheet would run a cell that begins so
_SEPARATORS = {Language.FR: (";", ","), Language.EN: (",", ".")}  # of cells and of decimals, as spreadsheets expect
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it some spreadsheets break the accents

_Price = tuple[str, Rate]  # destination and unit price: what one line of an invoice is for


class DetailMismatch(Exception):
    """The rows do not add up to the consumption of the invoice; the file must not be given out."""


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One charged SMS; its destination is the label of its line."""

    sent_at: datetime
    recipient: str
    destination: str
    reference: str
    units: int
    unit_price: Rate


def detail_csv(rows: Iterable[DetailRow], invoice: Invoice, language: Language, zone: ZoneInfo) -> Iterator[str]:
    """Yield the file line by line, holding no more than one; the end repeats the lines of the invoice.

    Times are written in ``zone``. Raises ``DetailMismatch`` instead of that end where the sums differ.
    """
    sheet = _Lines(language)
    yield _BYTE_ORDER_MARK + sheet.line(*(sheet.phrases.column(column) for column in _COLUMNS))
    units: Counter[_Price] = Counter()
    for row in rows:
        units[row.destination, row.unit_price] += row.units
        yield sheet.row(row, zone)
    charged = [line for line in invoice.lines if line.kind is LineKind.CONSUMPTION]
    if units != _units_of(charged):
        raise DetailMismatch("the rows do not add up to the consumption of the invoice")
    for line in charged:
        yield sheet.total(line)


def _units_of(lines: Iterable[Line]) -> Counter[_Price]:
    units: Counter[_Price] = Counter()
    for line in lines:
        units[line.label, line.unit_price] += line.quantity
    return units


class _Lines:
    """Writes cells the way that spreadsheets of a language read them."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.phrases = read_phrases(language)
        cells, self._decimals = _SEPARATORS[language]
        self._writer = csv.writer(_Echo(), delimiter=cells)

    def row(self, row: DetailRow, zone: ZoneInfo) -> str:
        sent_at = row.sent_at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
        net = Rate(row.unit_price.micros * row.units)
        return self.line(
            sent_at,
            row.recipient,
            country(row.destination, self._language),
            row.reference,
            str(row.units),
            self._price(row.unit_price),
            self._price(net),
        )

    def total(self, line: Line) -> str:
        units, unit_price, net = str(line.quantity), self._price(line.unit_price), self._decimal(euros(line.net))
        destination = country(line.label, self._language)
        return self.line(self.phrases.column(Column.TOTAL), "", destination, "", units, unit_price, net)

    def line(self, *cells: str) -> str:
        return str(self._writer.writerow([_harmless(each) for each in cells]))

    def _price(self, rate: Rate) -> str:
        return self._decimal(unit_euros(rate))

    def _decimal(self, amount: Decimal) -> str:
        return str(amount).replace(".", self._decimals)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _harmless(cell: str) -> str:
    text = tidy(cell, _TEXT)
    return f"'{text}" if text.startswith(_FORMULA) else text
