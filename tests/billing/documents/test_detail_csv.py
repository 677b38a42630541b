"""The detail of consumption adds up to the lines of its invoice, and cannot harm a spreadsheet."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.documents.detail_csv import DetailMismatch, DetailRow, detail_csv
from gateway.wording import Language
from plans.invoices import Invoice, LineKind, invoice_of, line
from plans.money import Rate
from tests.billing.documents.sample import FULL

PARIS = ZoneInfo("Europe/Paris")
FRENCH, BELGIAN = Rate(45_000), Rate(90_000)
INVOICE = invoice_of(
    [
        line(LineKind.CONSUMPTION, "FR", 3, FRENCH, FULL),
        line(LineKind.CONSUMPTION, "BE", 1, BELGIAN, FULL),
    ]
)


def sent(units: int, destination: str = "FR", price: Rate = FRENCH, reference: str = "facture") -> DetailRow:
    return DetailRow(datetime(2026, 6, 9, 22, 30, tzinfo=UTC), "+33639981234", destination, reference, units, price)


def cells_of(lines: Iterator[str], delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(lines, delimiter=delimiter))


def test_every_sms_is_a_line_and_the_end_repeats_the_invoice() -> None:
    rows = [sent(1), sent(2), sent(1, "BE", BELGIAN)]
    table = cells_of(detail_csv(rows, INVOICE, Language.FR, PARIS))
    assert table[1] == ["2026-06-10 00:30:00+02:00", "'+33639981234", "France", "facture", "1", "0,045000", "0,045000"]
    assert table[-2:] == [
        ["Total", "", "France", "", "3", "0,045000", "0,14"],
        ["Total", "", "Belgique", "", "1", "0,090000", "0,09"],
    ]


def test_english_readers_get_commas_between_cells_and_points_in_figures() -> None:
    table = cells_of(detail_csv([sent(3), sent(1, "BE", BELGIAN)], INVOICE, Language.EN, PARIS), ",")
    assert table[1][4:] == ["3", "0.045000", "0.135000"]
    assert table[0][1:5] == ["Recipient", "Destination", "Reference", "SMS"]


@given(st.lists(st.tuples(st.sampled_from(["FR", "BE"]), st.integers(1, 9), st.integers(1, 99_999))))
def test_the_amounts_add_up_to_each_line_of_the_invoice(sales: list[tuple[str, int, int]]) -> None:
    rows = [sent(units, destination, Rate(micros)) for destination, units, micros in sales]
    table = cells_of(detail_csv(rows, invoice_for(rows), Language.EN, PARIS), ",")
    details, totals = table[1 : len(rows) + 1], table[len(rows) + 1 :]
    for total in totals:
        mine = [Fraction(each[6]) for each in details if (each[2], each[5]) == (total[2], total[5])]
        assert abs(sum(mine) - Fraction(total[6])) <= Fraction(1, 200)


def invoice_for(rows: list[DetailRow]) -> Invoice:
    units: dict[tuple[str, Rate], int] = {}
    for each in rows:
        units[each.destination, each.unit_price] = units.get((each.destination, each.unit_price), 0) + each.units
    return invoice_of(
        [line(LineKind.CONSUMPTION, label, count, price, FULL) for (label, price), count in units.items()]
    )


@pytest.mark.parametrize(
    "rows",
    [
        [sent(3)],
        [sent(4), sent(1, "BE", BELGIAN)],
        [sent(3), sent(1, "BE", FRENCH)],
        [sent(3), sent(1, "BE", BELGIAN), sent(-1, "CH", BELGIAN)],
        [],
    ],
)
def test_rows_that_do_not_add_up_are_refused(rows: list[DetailRow]) -> None:
    with pytest.raises(DetailMismatch):
        list(detail_csv(rows, INVOICE, Language.FR, PARIS))


def test_only_consumption_is_detailed() -> None:
    with_a_pack = invoice_of([*INVOICE.lines, line(LineKind.PACK, "1000", 1, Rate(50_000_000), FULL)])
    table = cells_of(detail_csv([sent(3), sent(1, "BE", BELGIAN)], with_a_pack, Language.FR, PARIS))
    assert len(table) == 1 + 2 + 2


def test_rows_are_written_as_they_come() -> None:
    """A detail of millions of rows needs no more memory than one."""
    endless = iter(lambda: sent(1), None)
    assert len(list(islice(detail_csv(endless, INVOICE, Language.FR, PARIS), 1000))) == 1000


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "\x00=1+1"])
def test_a_spreadsheet_runs_nothing_that_a_client_wrote(formula: str) -> None:
    lines = islice(detail_csv([sent(3, reference=formula)], INVOICE, Language.FR, PARIS), 2)
    assert cells_of(lines)[1][3] == "'" + formula.strip(" \t\r\x00")


def test_the_file_says_that_it_is_unicode() -> None:
    first = next(detail_csv([], INVOICE, Language.FR, PARIS))
    assert first.encode().startswith(b"\xef\xbb\xbf")
