"""The codes of providers, as they may be shown and logged: a code, and nothing that anybody could smuggle in as one."""

import re

_CODE = re.compile(r"[\w.-]{1,80}", re.ASCII)


def checked_code(text: object) -> str:
    """``text`` where it looks like a code, else "unreadable"."""
    return str(text) if _CODE.fullmatch(str(text)) else "unreadable"
