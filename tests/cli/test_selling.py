"""``gateway plan``, ``pack buy``, ``order``, ``invoice``, ``postpaid`` and ``catalogue``: every command."""

from pathlib import Path
from typing import Any

import pytest

from gateway.settings import config_file

Ok = Any  # the fixtures of conftest.py
Gateway = Any

PLACE = ("--address", "1 rue de la Paix; Bâtiment B", "--postcode", "75002", "--city", "Paris")


def a_client(ok: Ok) -> None:
    """A clinic that may order, with a card that pays."""
    ok("account", "add", "Clinic")
    ok("billing", "profile", "clinic", "Clinique SARL", *PLACE, "--email", "billing@clinic.example")
    ok("billing", "accept-terms", "clinic")
    ok("billing", "sandbox-card", "clinic", "4000 0000 0000 0042")


def test_the_plans_for_sale_are_listed_smallest_first(ok: Ok) -> None:
    listed = [(each["plan"], each["calendars"], each["month"], each["year"]) for each in ok("plan", "list")]
    assert listed == [
        ("SOLO", 1, "7.99", "75.00"),
        ("BUSINESS", 5, "19.99", "190.00"),
        ("ENTERPRISE", 50, "39.99", "380.00"),
    ]


def test_the_terms_that_were_accepted_are_shown_word_for_word(ok: Ok, gateway: Gateway) -> None:
    ok("account", "add", "Clinic", "--language", "en")
    ok("billing", "profile", "clinic", "Clinique SARL", *PLACE, "--email", "billing@clinic.example")
    assert "accepted no terms" in gateway("billing", "terms", "clinic").stderr
    ok("billing", "accept-terms", "clinic")
    (accepted,) = ok("billing", "terms", "clinic")
    assert (accepted["version"], accepted["text"][:8]) == ("2023-09-27", "EXAMPLE.")
    assert accepted["text"] in gateway("billing", "terms", "clinic").stdout


def test_a_preview_says_what_the_act_does(ok: Ok) -> None:
    a_client(ok)
    foreseen = ok("plan", "preview", "subscribe", "clinic", "SOLO")[0]
    done = ok("plan", "subscribe", "clinic", "SOLO")[0]
    for each in (foreseen, done):  # the instants of two commands are not the same
        each["ends_at"], each["next_invoice"]["at"] = "", ""
        each["next_invoice"]["lines"][0]["since"] = each["next_invoice"]["lines"][0]["until"] = ""
    assert foreseen == done
    coming = done["next_invoice"]
    assert (done["state"], coming["net"], coming["vat"], coming["total"]) == ("trialing", "7.99", "1.60", "9.59")


def test_a_subscription_is_changed_shown_and_cancelled(ok: Ok) -> None:
    a_client(ok)
    ok("plan", "subscribe", "clinic", "SOLO")
    changed = ok("plan", "change", "clinic", "BUSINESS", "--every", "year")[0]
    assert (changed["plan"], changed["every"], changed["next_invoice"]["net"]) == ("BUSINESS", "year", "190.00")
    assert ok("plan", "cancel", "clinic")[0]["next_invoice"] is None
    shown = ok("plan", "show", "clinic")[0]
    assert (shown["state"], shown["then"]) == ("trialing", "ends")


def test_a_pack_by_transfer_opens_when_its_money_is_there(ok: Ok) -> None:
    a_client(ok)
    recap = ok("pack", "buy", "clinic", "PACK-1000", "--means", "transfer", "--preview")[0]
    assert (recap["net"], recap["vat"], recap["total"]) == ("50.00", "10.00", "60.00")
    assert ok("order", "list", "clinic") == []
    bought = ok("pack", "buy", "clinic", "PACK-1000", "--means", "transfer")[0]
    number = bought["invoice"]["number"]
    assert ok("pack", "list", "clinic") == []
    paid = ok("invoice", "pay", number, "60.00", "--reference", "VIR 1")[0]
    assert (paid["state"], paid["outstanding"]) == ("paid", "0.00")
    assert [each["units_left"] for each in ok("pack", "list", "clinic")] == [1000]
    assert ok("order", "show", "clinic", bought["order_id"])[0]["state"] == "active"
    assert [each["number"] for each in ok("invoice", "list", "clinic")] == [number]


def test_an_order_form_in_hand_opens_a_pack_before_its_money(ok: Ok) -> None:
    a_client(ok)
    (bought,) = ok("pack", "buy", "clinic", "PACK-1000", "--means", "cheque")
    assert ok("pack", "activate", "clinic", bought["order_id"], "--agreed")[0]["active"] is False
    assert ok("pack", "activate", "clinic", bought["order_id"], "--signed")[0]["active"] is True


SELLER = """
[seller]
name = "Example SMS SAS"
address = ["1 rue de l'Exemple"]
postcode = "06000"
city = "Nice"
siren = "552100554"
vat_number = "FR48552100554"
iban = "FR7630006000011234567890189"
"""


def test_an_invoice_is_printed_once_the_seller_is_known(
    ok: Ok, gateway: Gateway, environment: dict[str, str], tmp_path: Path
) -> None:
    a_client(ok)
    number = ok("pack", "buy", "clinic", "PACK-1000", "--means", "transfer")[0]["invoice"]["number"]
    drawn = tmp_path / "invoice.pdf"
    assert "who sells" in gateway("invoice", "pdf", number, str(drawn)).stderr
    settings = tmp_path / "gateway.toml"
    settings.write_text(SELLER, encoding="utf-8")
    environment["GATEWAY_CONFIG"] = str(settings)
    assert f"gateway invoice complete {number}" in gateway("invoice", "pdf", number, str(drawn)).stderr
    assert [ok("invoice", "complete", number)[0]["completed"] for _ in range(2)] == [True, False]
    assert gateway("invoice", "pdf", number, str(drawn)).exit_code == 0
    assert drawn.read_bytes().startswith(b"%PDF-")


def test_an_invoice_is_corrected_by_a_credit_note(ok: Ok) -> None:
    a_client(ok)
    (bought,) = ok("pack", "buy", "clinic", "PACK-1000", "--means", "transfer")
    number = bought["invoice"]["number"]
    (part,) = ok("invoice", "credit", number, "--line", "1", "--net", "10.00")
    assert (part["kind"], part["total"]) == ("credit_note", "-12.00")
    assert ok("invoice", "show", number)[0]["outstanding"] == "48.00"


def test_postpaid_is_agreed_provided_for_shown_and_ended(ok: Ok) -> None:
    a_client(ok)
    terms = ("--estimate", "200.00", "--provision", "100.00", "--mandate", "M1", "--due-days", "30")
    ok("postpaid", "agree", "clinic", "FR=0.045,BE=0.07", *terms)
    assert ok("postpaid", "provide", "clinic", "100.00")[0]["provision_left"] == "100.00"
    shown = ok("postpaid", "show", "clinic")[0]
    assert (shown["rates"], shown["provision_left"]) == ({"FR": "0.045", "BE": "0.07"}, "100.00")
    assert ok("postpaid", "used", "clinic") == []
    assert ok("postpaid", "end", "clinic")[0]["until"] is not None


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("plan", "subscribe", "clinic", "GIGANTIC"), "SOLO"),
        (("plan", "change", "clinic", "SOLO"), "no subscription"),
        (("plan", "preview", "subscribe", "clinic"), "Which plan"),
        (("pack", "buy", "clinic", "PACK-7"), "PACK-1000"),
        (("pack", "buy", "clinic", "PACK-1000", "--quantity", "-1"), "cannot be ordered"),
        (("pack", "buy", "clinic", "PACK-1000", "--fees", "5.00"), "fees"),
        (("invoice", "show", "F2026-999999"), "no invoice"),
        (("invoice", "pay", "nonsense", "1.00", "--reference", "x"), "no invoice"),
        (("postpaid", "agree", "clinic", "FR=0.045"), "estimate"),
        (("postpaid", "agree", "clinic", "FR:0.045"), "no rate"),
        (("postpaid", "show", "clinic"), "no postpaid agreement"),
        (("billing", "sandbox-card", "clinic", "12"), "no card"),
        (("billing", "profile", "clinic", "", *PLACE, "--email", "a@b.example"), "no legal name"),
        (("billing", "profile", "clinic", "X", *PLACE, "--email", "a@b.example", "--territory", "FRA"), "no territory"),
        (("billing", "profile", "clinic", "X", *PLACE, "--email", "a@b.example", "--siren", "12"), "no SIREN"),
        (("billing", "profile", "clinic", "X", *PLACE, "--email", "a@b.example", "--vat-number", "1"), "no VAT number"),
    ],
)
def test_what_cannot_be_done_says_why(ok: Ok, gateway: Gateway, command: tuple[str, ...], told: str) -> None:
    a_client(ok)
    result = gateway(*command)
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_new_catalogue_is_checked_and_put_in_force(ok: Ok, gateway: Gateway, tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    entry = '[[tier]]\nname = "SOLO"\nsince = 2099-01-01\ncalendars = 1\nmonth = "8.99"\nyear = "85.00"\n\n[[pack]]'
    new.write_text(config_file("catalogue.toml").read_text(encoding="utf-8").replace("[[pack]]", entry, 1))
    assert gateway("catalogue", "check", str(new)).exit_code == 0
    assert gateway("catalogue", "apply", str(new)).exit_code == 0
    back = gateway("catalogue", "check", str(config_file("catalogue.toml")))
    assert (back.exit_code, "2099-01-01 was removed" in back.stdout) == (1, True)


def test_a_catalogue_that_edits_the_past_is_refused(gateway: Gateway, tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    new.write_text(config_file("catalogue.toml").read_text(encoding="utf-8").replace('"7.99"', '"8.99"'))
    result = gateway("catalogue", "apply", str(new))
    assert result.exit_code == 1
    assert "was edited" in result.stderr


def test_the_check_of_what_is_in_force_names_the_gaps_of_the_law(gateway: Gateway) -> None:
    """The rate of late payments is not known for every half-year; penalties wait for it, nothing else does."""
    result = gateway("catalogue", "check")
    assert (result.exit_code, "legal interest rate" in result.stdout) == (0, True)


def test_new_conditions_need_a_text_to_be_accepted(
    gateway: Gateway, environment: dict[str, str], tmp_path: Path
) -> None:
    """In each language; a text in the data directory is one."""
    new = tmp_path / "new.toml"
    shipped = config_file("catalogue.toml").read_text(encoding="utf-8")
    later = shipped[shipped.index("[[conditions]]") :].replace("2023-09-27", "2099-01-01")
    new.write_text(f"{shipped}\n{later}", encoding="utf-8")
    texts = Path(environment["GATEWAY_DATA_DIR"]) / "terms"
    texts.mkdir(parents=True)
    (texts / "2099-01-01.fr.txt").write_text("Les conditions", encoding="utf-8")
    told = " ".join(gateway("catalogue", "check", str(new)).stdout.split())
    assert "terms/2099-01-01.en.txt to the data directory" in told
    assert "2099-01-01.fr.txt" not in told


def test_a_contract_is_capped_topped_up_and_ended(ok: Ok) -> None:
    a_client(ok)
    ok("account", "add", "Branch", "--parent", "clinic")
    assert [ok("account", "cap", "branch", *units)[0]["units"] for units in (["5"], [])] == [5, None]
    assert ok("pack", "top-up", "clinic", "PACK-1000", "--below", "10")[0]["below_units"] == 10
    assert ok("pack", "top-up", "clinic")[0]["pack"] is None
    assert [ok("billing", "block", "clinic", *lift)[0]["blocked"] for lift in ([], ["--lift"])] == [True, False]
    assert ok("account", "terminate", "clinic") == [{"account": "clinic", "invoices": [], "credit_notes": []}]
    assert ok("account", "show", "branch")[0]["state"] == "closed"
