"""A carrier is set up by one table of the configuration, and what is wrong in it is named."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from gateway.sms.carriers.smpp.configuration import smpp_settings_from
from gateway.sms.carriers.smpp.pdus import Address
from gateway.sms.carriers.smpp.settings import (
    Codings,
    Default,
    LongMessages,
    MessageIds,
    Mode,
    SmppSettings,
    Timing,
    Tls,
    Validity,
)
from plans.checked import RuleError, Section


@pytest.fixture
def least(tmp_path: Path) -> str:
    """What cannot be left out."""
    (tmp_path / "password").write_text("secret\n")
    return f'host = "smsc.example"\nport = 2775\nsystem_id = "u"\npassword_file = "{tmp_path}/password"\n'


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """An authority, and a certificate of ours with its key."""
    folder = tmp_path_factory.mktemp("papers")
    authority = trustme.CA()
    ours = authority.issue_cert("gateway.example")
    tls = Tls(folder / "ca.pem", folder / "client.pem", folder / "client.key", "smsc.example")
    pems = {tls.ca: authority.cert_pem, tls.certificate: ours.cert_chain_pems[0], tls.key: ours.private_key_pem}
    for path, pem in pems.items():
        assert path is not None
        pem.write_to_path(path)
    return tls


def read(text: str) -> SmppSettings:
    return smpp_settings_from("one", Section(tomllib.loads(text), "carrier.one"))


def test_little_is_enough(least: str) -> None:
    assert read(least) == SmppSettings("one", "smsc.example", 2775, "u", "secret")


def test_the_password_is_not_shown(least: str) -> None:
    assert "secret" not in repr(read(least))


def test_everything_can_be_said(least: str, papers: Tls) -> None:
    said = f"""
        system_type = "vma"
        service_type = ""
        mode = "separate"
        sessions = 2
        source = "36000"
        range = "^336"
        long_messages = "sar"
        message_ids = "decimal_to_hex"
        validity = "relative"
        tries_for_h = 72
        user_message_reference = false
        [timing]
        window = 50
        rate_per_s = 20.5
        enquire_link_s = 20
        [tls]
        ca = "{papers.ca}"
        certificate = "{papers.certificate}"
        key = "{papers.key}"
        server_name = "smsc.example"
        [codings]
        default = "latin1"
        latin1 = 0
        ucs2 = 24
        gsm = 241
    """
    assert read(least + said) == SmppSettings(
        "one",
        "smsc.example",
        2775,
        "u",
        "secret",
        system_type="vma",
        mode=Mode.SEPARATE,
        sessions=2,
        tls=papers,
        timing=Timing(window=50, rate_per_s=20.5, enquire_link_s=20),
        codings=Codings(Default.LATIN1, 0, 24, 241),
        long_messages=LongMessages.SAR,
        message_ids=MessageIds.DECIMAL_TO_HEX,
        validity=Validity.RELATIVE,
        tries_for=timedelta(hours=72),
        user_message_reference=False,
        source=Address(3, 0, "36000"),
        range=Address(0, 0, "^336"),
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            'mode = "both"',
            r"carrier\.one\.mode takes transceiver, separate, transmitter, receiver",
        ),
        ("sessions = true", r"carrier\.one\.sessions must be a whole number of at least 1"),
        ("user_message_reference = 'no'", r"carrier\.one\.user_message_reference must be true or false"),
        ("timing = { window = '50' }", r"carrier\.one\.timing\.window must be a whole number"),
        ("timing = { response_s = 0 }", r"carrier\.one\.timing\.response_s must be a number above 0"),
        ("timing = { response_s = nan }", r"carrier\.one\.timing\.response_s must be a number above 0"),
        ("timing = { response_s = true }", r"carrier\.one\.timing\.response_s must be a number above 0"),
        (
            "timing = { response_s = 40, queue_s = 5 }",
            r"carrier\.one\.timing: queue_s 5 \+ response_s 40 are 45 s, and after 45 s .* lower one of them",
        ),
        (
            "timing = { first_pause_s = 90 }",
            r"carrier\.one\.timing\.first_pause_s is above longest_pause_s, 60 s: lower",
        ),
        ("codings = { ucs2 = 256 }", r"carrier\.one\.codings\.ucs2 must be a number from 0 to 255"),
        ("system_type = 5", r"carrier\.one\.system_type must be a text"),
        ("windows = 5", r"carrier\.one\.windows is unknown"),
        ("service_type = 'TOOLONG'", r"carrier\.one holds a text that is too long.* service_type 5 at most"),
        (f"system_type = '{'x' * 65}'", r"carrier\.one holds a text that is too long"),
        ("sessions = 0", r"carrier\.one\.sessions must be a whole number of at least 1"),
        ("[tls]\ncafile = 'x'", r"carrier\.one\.tls\.cafile is unknown"),
        (
            "[codings]\ndefault = 'utf-8'",
            r"carrier\.one\.codings\.default takes gsm, latin1, ascii",
        ),
    ],
)
def test_what_is_wrong_is_named(least: str, said: str, told: str) -> None:
    with pytest.raises(RuleError, match=told):
        read(least + said)


def test_a_port_that_is_none_is_named(least: str) -> None:
    with pytest.raises(RuleError, match=r"carrier\.one\.port = 70000 is no port"):
        read(least.replace("2775", "70000"))


def test_a_password_that_cannot_be_read_is_named(least: str, tmp_path: Path) -> None:
    (tmp_path / "password").unlink()
    with pytest.raises(RuleError, match=r"carrier\.one\.password_file cannot be read: No such file"):
        read(least)


def test_a_password_of_several_lines_is_refused(least: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\nand more\n")
    with pytest.raises(RuleError, match=r"carrier\.one\.password_file names a file that .* more than one line"):
        read(least)


def test_tls_files_that_cannot_be_used_are_named(least: str, papers: Tls) -> None:
    with pytest.raises(RuleError, match=r"carrier\.one\.tls\.ca cannot be read: No such file"):
        read(f'{least}[tls]\nca = "{papers.ca}.old"')
    with pytest.raises(RuleError, match=r"carrier\.one\.tls names files that are no certificates"):
        read(f'{least}[tls]\ncertificate = "{papers.key}"')
