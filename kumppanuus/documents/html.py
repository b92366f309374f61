"""The tree as one HTML file that stands alone: it opens without a network, without a script, in light and in dark."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from kumppanuus.documents.model import Document, line

TEMPLATES = Path(__file__).parents[2] / "templates"


def write(document: Document) -> bytes:
    """The document as an .html file in UTF-8. Meant to be downloaded: its style element is not for our own pages."""
    return _template().render(document=document, line=line, style=style()).encode()


def article(document: Document) -> str:
    """The document as a part of one of our pages, which has the looks; it brings the h1. Kept as it is, it stays so."""
    return str(_environment().get_template("export/parts.html").make_module().article(document))  # type: ignore[attr-defined]  # a macro of the template


@cache
def _environment() -> Environment:
    # An environment of its own: the file must not depend on a request, its language or its addresses.
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


@cache
def _template() -> Template:
    return _environment().get_template("export/document.html")


@cache
def style() -> Markup:
    """The looks of a page that stands alone, as a style element."""
    css = (TEMPLATES / "export" / "document.css").read_text(encoding="utf-8")
    return Markup("<style>\n{}</style>").format(Markup(css))  # noqa: S704 - a file of ours
