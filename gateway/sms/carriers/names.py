"""Names, codes and phone numbers as carriers write them, and as our columns hold them."""

#: Characters of the columns.
LONGEST_REF, LONGEST_REFERENCE, LONGEST_CODE = 80, 40, 20


def digits(number: str) -> str:
    """A number of ours without its plus, as most providers want it."""
    return number.removeprefix("+")


def e164(written: object) -> str | None:
    """A number as we write it, from one with or without a plus, or with 00; None where it is no international one."""
    if not isinstance(written, str | int):
        return None
    bare = str(written).strip().removeprefix("+").removeprefix("00")
    international = bare.isascii() and bare.isdigit() and not bare.startswith("0") and 7 <= len(bare) <= 15
    return f"+{bare}" if international else None


def name(value: object, longest: int = LONGEST_REF) -> str | None:
    """A name that a column holds: a printable text or a number, neither empty nor too long; None for anything else.

    It is never cut: half a name is another one.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if text.isprintable() and 0 < len(text) <= longest else None


def reference(value: object) -> str | None:
    """Our own name of a message, where it comes back."""
    return name(value, LONGEST_REFERENCE)


def code(*parts: object) -> str:
    """A code as it is shown, of those parts that are there."""
    text = " ".join(str(each) for each in parts if each not in {None, ""})
    return "".join(filter(str.isprintable, text))[:LONGEST_CODE]
