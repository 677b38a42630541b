"""National language tables of the GSM alphabet that are met in practice (3GPP TS 23.038, annex A), for reading.

A message that uses one names it in its header: element 0x25 a table in the place of the default alphabet (locking
shift), element 0x24 one in the place of the extension table (single shift).
"""

from collections.abc import Mapping

from gateway.sms.gsm import AFTER_ESCAPE

#: In the place of the default alphabet, by language: 1 Turkish (A.3.1), 3 Portuguese (A.3.3). Spanish has none.
LOCKING: Mapping[int, str] = {
    1: (
        "@£$¥€éùıòÇ\nĞğ\rÅå"
        "Δ_ΦΓΛΩΠΨΣΘΞ\x1bŞşßÉ"
        " !\"#¤%&'()*+,-./"
        "0123456789:;<=>?"
        "İABCDEFGHIJKLMNO"
        "PQRSTUVWXYZÄÖÑÜ§"
        "çabcdefghijklmno"
        "pqrstuvwxyzäöñüà"
    ),
    3: (
        "@£$¥êéúíóç\nÔô\rÁá"
        "Δ_ªÇÀ∞^\\€Ó|\x1bÂâÊÉ"
        " !\"#º%&'()*+,-./"
        "0123456789:;<=>?"
        "ÍABCDEFGHIJKLMNO"
        "PQRSTUVWXYZÃÕÚÜ§"
        "~abcdefghijklmno"
        "pqrstuvwxyzãõ`üà"
    ),
}


def _after_escape(septets: str, characters: str) -> Mapping[int, str]:
    return {**AFTER_ESCAPE, **dict(zip(map(ord, septets), characters, strict=True))}


#: After the escape, by language: 1 Turkish (A.2.1), 2 Spanish (A.2.2), 3 Portuguese (A.2.3).
SINGLE: Mapping[int, Mapping[int, str]] = {
    1: _after_escape("GIScgis", "ĞİŞçğış"),
    2: _after_escape("\x09AIOUaiou", "çÁÍÓÚáíóú"),
    3: _after_escape(
        "\x05\x09\x0b\x0c\x0e\x0f\x12\x13\x15\x16\x17\x18\x19\x1fAIOU[\\aiou{|\x7f",
        "êçÔôÁáΦΓΩΠΨΣΘÊÀÍÓÚÃÕÂíóúãõâ",
    ),
}
