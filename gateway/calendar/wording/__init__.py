"""What a reminder says: templates with checked variables, filled in on the client's clock and in its language."""

from gateway.calendar.wording.cautions import Caution, Cautioned, cautions
from gateway.calendar.wording.rendering import Practice, Style, Visit, lacking, render, sample, signed
from gateway.calendar.wording.templates import EventText, Template, Variable, needs, parse_template
from gateway.calendar.wording.texts import Kind, Texts, read_texts

__all__ = [
    "Caution",
    "Cautioned",
    "EventText",
    "Kind",
    "Practice",
    "Style",
    "Template",
    "Texts",
    "Variable",
    "Visit",
    "cautions",
    "lacking",
    "needs",
    "parse_template",
    "read_texts",
    "render",
    "sample",
    "signed",
]
