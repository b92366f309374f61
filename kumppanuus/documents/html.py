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


@cache
def _template() -> Template:
    # An environment of its own: the file must not depend on a request, its language or its addresses.
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("export/document.html")


@cache
def style() -> Markup:
    """The looks of a page that stands alone, as a style element."""
    css = (TEMPLATES / "export" / "document.css").read_text(encoding="utf-8")
    return Markup("<style>\n{}</style>").format(Markup(css))  # noqa: S704 - a file of ours
