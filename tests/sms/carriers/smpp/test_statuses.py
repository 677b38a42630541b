"""What a status means is a table: the one that comes along, changed by operators, wrong in ways that are named."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.settings import config_file
from gateway.sms.carriers.smpp.statuses import StatusClass, read_statuses, statuses_from
from plans.checked import RuleError

OURS = config_file("smpp_status.toml")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (0x58, StatusClass.THROTTLE),
        (0x14, StatusClass.THROTTLE),
        (0x08, StatusClass.RETRY),
        (0x64, StatusClass.RETRY),
        (0x45, StatusClass.RETRY),
        (0x04, StatusClass.LINK),
        (0x05, StatusClass.LINK),
        (0x0D, StatusClass.BIND),
        (0x0E, StatusClass.BIND),
        (0x0F, StatusClass.BIND),
        (0x01, StatusClass.PERMANENT),
        (0x0B, StatusClass.PERMANENT),
        (0x66, StatusClass.PERMANENT),
        (0x1234, StatusClass.PERMANENT),
    ],
)
def test_the_table_that_comes_along(status: int, kind: StatusClass) -> None:
    assert read_statuses(OURS, "any").class_of(status) is kind


def test_a_carrier_means_its_own_by_its_own_numbers() -> None:
    document = {"retry": [0x08], "carrier": {"one": {"throttle": [0x401, 0x08]}, "other": {"retry": [0x401]}}}
    one, other, third = (statuses_from(document, name) for name in ("one", "other", "third"))
    assert [each.class_of(0x401) for each in (one, other, third)] == ["throttle", "retry", "permanent"]
    assert [each.class_of(0x08) for each in (one, other)] == ["throttle", "retry"]
    assert one.of(StatusClass.THROTTLE) == {0x401, 0x08}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"slow": [1]}, "slow is unknown"),
        ({"retry": [0]}, "retry must be a list of whole numbers of at least 1"),
        ({"retry": [8], "throttle": [8]}, "retry: 0x00000008 stands under throttle, too"),
        ({"carrier": {"one": {"slow": [1]}}}, "carrier.one.slow is unknown"),
        ({"carrier": {"one": [1]}}, "carrier.one must be a table"),
    ],
)
def test_what_is_wrong_is_named(document: Mapping[str, object], said: str) -> None:
    with pytest.raises(RuleError, match=said):
        statuses_from(document, "two")


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "status.toml").write_text("retry = [")
    with pytest.raises(RuleError, match=r"status\.toml is not valid TOML"):
        read_statuses(tmp_path / "status.toml", "any")
