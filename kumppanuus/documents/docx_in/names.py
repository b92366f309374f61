"""Names of WordprocessingML, and how its attributes are read."""

from __future__ import annotations

import re

from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"

VAL = f"{W}val"


def child(element: _Element | None, name: str) -> _Element | None:
    """The first child of this name in the namespace of Word."""
    return None if element is None else next(element.iterchildren(f"{W}{name}"), None)


def value(element: _Element | None) -> str:
    """The value of a property, or nothing."""
    return "" if element is None else element.get(VAL, "")


def is_on(element: _Element | None) -> bool:
    """Whether a property that is on or off is there and on."""
    return element is not None and element.get(VAL, "1") not in ("0", "false", "off")


def number_of(text: str | None, otherwise: int) -> int:
    """A whole number of a sane size, or another one where the file holds none."""
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,8}", text) else otherwise
