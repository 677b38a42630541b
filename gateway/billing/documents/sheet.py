"""The paper of an invoice: page, fonts, colours, and a foot on every page."""

from importlib.resources import as_file, files
from typing import Literal

import font_source_sans_pro
from fpdf import FPDF
from fpdf.enums import DocumentCompliance, XPos, YPos
from fpdf.fonts import TTFFont

from gateway.billing.documents.phrases import Phrase, Phrases

MARGIN = 18.0  # millimetres, as all lengths here
COLUMN = 84.0  # the width of the left and of the right half
LINE = 4.7  # the height of a line of text
INK, GREY, ACCENT, RULE, WHITE = (33, 37, 41), (98, 106, 115), (24, 71, 112), (206, 212, 218), (255, 255, 255)
_FAMILY = "SourceSansPro"
_FONTS: dict[Literal["", "B"], str] = {"": "SourceSansPro-Regular.ttf", "B": "SourceSansPro-Semibold.ttf"}
_FOOT = 20.0  # the height of the foot
_FOOT_LINE = 3.6
_NAME = 34.0  # the width of a name beside its value


class Sheet(FPDF):
    """A4 pages that are PDF/A-3B, each with the seller's legal line and its number at the foot."""

    def __init__(self, foot: str, title: str, phrases: Phrases) -> None:
        super().__init__(format="A4", enforce_compliance=DocumentCompliance.PDFA_3B)
        self._foot, self._foot_title, self._phrases = foot, title, phrases
        self.alias_nb_pages("{the number of pages}")  # what the library replaces, wherever it stands
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=_FOOT + LINE)
        with as_file(files(font_source_sans_pro) / "files") as folder:
            for style, name in _FONTS.items():
                self.add_font(_FAMILY, style, folder / name)
        embedded = (font for font in self.fonts.values() if isinstance(font, TTFFont))
        self._covered = frozenset.intersection(*(frozenset(font.cmap) for font in embedded))

    @property
    def right_column(self) -> float:
        """Where the right half begins."""
        return self.w - MARGIN - COLUMN

    def ink(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        """Choose how the next text looks; the size in points."""
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def put(self, text: str, width: float = 0, height: float = LINE) -> None:
        """A block of text in the chosen ink, wrapped to its width; the next one stands below it."""
        self.multi_cell(width, height, self.drawable(text), align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)

    def heading(self, text: str, width: float = 0) -> None:
        """A small title above a block."""
        self.ink(9, bold=True, colour=ACCENT)
        self.put(text, width)

    def fact(self, name: str, value: str) -> None:
        """A name in grey with its value beside it, in the width of a column."""
        left = self.get_x()
        self.ink(9, colour=GREY)
        self.cell(_NAME, LINE, self.drawable(name))
        self.ink(9)
        self.put(value, COLUMN - _NAME)
        self.set_x(left)

    def drawable(self, text: str) -> str:
        """The text with a question mark for each character that a font lacks; the XML keeps the text as it is.

        PDF/A allows no missing glyph (ISO 19005-3, 6.2.11.8).
        """
        return "".join(each if ord(each) in self._covered or each == "\n" else "?" for each in text)

    def keep_together(self, height: float) -> None:
        """Turn the page where fewer millimetres than this are left."""
        if self.will_page_break(height):
            self.add_page()

    def footer(self) -> None:
        """Called for every page: whose invoice it is, and which page of how many."""
        self.set_y(-_FOOT)
        self.set_draw_color(*RULE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.set_y(-_FOOT + 2)
        self.ink(7.5, colour=GREY)
        page = self._phrases.say(Phrase.PAGE, page=self.page_no(), pages=self.str_alias_nb_pages)
        self.put(f"{self._foot_title} · {page}", height=_FOOT_LINE)
        self.put(self._foot, height=_FOOT_LINE)
