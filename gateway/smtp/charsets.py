"""Bytes of a mail to text, whatever charset they claim to be in."""

import codecs

_LABELS = {
    "utf-8": ("utf-8", "utf8", "unicode-1-1-utf-8", "utf-8-sig"),
    "cp1252": (
        *("windows-1252", "cp1252", "cp-1252", "ansi", "x-ansi", "latin1", "latin-1", "l1"),
        *("iso-8859-1", "iso8859-1", "iso88591", "iso-ir-100"),
    ),
    "utf-16": ("utf-16", "utf16", "unicode"),
    "utf-16-le": ("utf-16le",),
    "utf-16-be": ("utf-16be",),
    "cp1250": ("windows-1250", "cp1250"),
    "cp1251": ("windows-1251", "cp1251"),
    "cp1253": ("windows-1253", "cp1253"),
    "cp1254": ("windows-1254", "cp1254", "iso-8859-9", "latin5"),
    "cp1255": ("windows-1255", "cp1255"),
    "cp1256": ("windows-1256", "cp1256"),
    "cp1257": ("windows-1257", "cp1257"),
    "cp1258": ("windows-1258", "cp1258"),
    "iso8859-2": ("iso-8859-2", "iso8859-2", "latin2"),
    "iso8859-3": ("iso-8859-3",),
    "iso8859-4": ("iso-8859-4",),
    "iso8859-5": ("iso-8859-5",),
    "iso8859-6": ("iso-8859-6",),
    "iso8859-7": ("iso-8859-7",),
    "iso8859-8": ("iso-8859-8", "iso-8859-8-i"),
    "iso8859-10": ("iso-8859-10",),
    "cp874": ("iso-8859-11", "windows-874", "tis-620"),
    "iso8859-13": ("iso-8859-13",),
    "iso8859-14": ("iso-8859-14",),
    "iso8859-15": ("iso-8859-15", "iso8859-15", "latin9", "latin-9"),
    "iso8859-16": ("iso-8859-16",),
    "koi8-r": ("koi8-r", "koi8"),
    "koi8-u": ("koi8-u",),
    "cp437": ("ibm437", "cp437"),
    "cp850": ("ibm850", "cp850"),
    "cp866": ("ibm866", "cp866"),
    "mac-roman": ("macintosh", "mac", "x-mac-roman", "mac-roman"),
    "gb18030": ("gb18030", "gbk", "gb2312", "x-gbk"),
    "big5": ("big5", "big5-hkscs"),
    "cp932": ("shift-jis", "shiftjis", "sjis", "windows-31j", "cp932", "x-sjis"),
    "euc-jp": ("euc-jp", "x-euc-jp"),
    "iso2022-jp": ("iso-2022-jp",),
    "cp949": ("euc-kr", "ks-c-5601-1987", "windows-949", "cp949"),
}

#: What a label means, as browsers read it (WHATWG Encoding, 4.2): iso-8859-1 is windows-1252. Labels that are not here
#: are not believed; above all Python's codecs that make no text (zlib, rot13) can never be named by a mail.
CHARSETS = {label: codec for codec, labels in _LABELS.items() for label in labels}


def decode(octets: bytes, label: str | None) -> str:
    """Decode by the first that fits: the label, UTF-8, windows-1252 with what it lacks replaced.

    A character cut in two at the very end is dropped: devices cut their mails at a number of octets.
    """
    for codec in (_codec(label), "utf-8"):
        if codec:
            try:
                return codecs.getincrementaldecoder(codec)("strict").decode(octets)
            except UnicodeError:
                continue
    return octets.decode("cp1252", "replace")


def _codec(label: str | None) -> str | None:
    """The codec of a label; of a doubled one ("utf-8, utf-8") the first counts."""
    if not label:
        return None
    first = label.replace(";", ",").split(",", 1)[0]
    return CHARSETS.get(first.strip(" \t'\"").lower().replace("_", "-"))
