"""Which name may stand as the sender on a phone."""

import re
from collections.abc import Mapping

from plans.checked import Section
from plans.words import Reason

#: Letters and digits are what every network shows; fewer than three, or digits alone, would pass for a short code.
_SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{3,11}")

RefusedNames = Mapping[str, frozenset[str]]  # by country (ISO 3166), in capitals


def sender_id_problem(display: str, country: str, refused: RefusedNames) -> Reason | None:
    """SENDER_ID_INVALID for what is no sender ID, or too general a one for ``country``; None when it may stand."""
    if not _SENDER_ID.fullmatch(display) or display.upper() in refused.get(country, frozenset()):
        return Reason.SENDER_ID_INVALID
    return None


def refused_names_from(document: Mapping[str, object]) -> RefusedNames:
    """Read ``[sender_id.refused]`` of windows.toml; ``RuleError`` names a key that is missing or wrong."""
    refused = Section(document).section("sender_id").section("refused")
    return {country: frozenset(name.upper() for name in refused.texts(country)) for country in refused.values}
