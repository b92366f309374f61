"""The tree as a PDF that is accessible and archivable: PDF/UA-1 and PDF/A-3a in one file, set by Typst.

The looks are in `typst/document.typ`. Whatever people typed reaches it as data and is shown as strings. The tree itself
is attached as `sopimus.json`, so that a program can read what a person reads. The same document always gives the same
bytes on every machine: the fonts are those inside Typst and one of ours, which `tools/any_sign.py` made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from kumppanuus.documents.model import Document, Language, line
from kumppanuus.text import markup

MEDIA_TYPE = "application/pdf"
HERE = Path(__file__).parent / "typst"
STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]
ATTACHMENT = 1  # version of the form of `sopimus.json`

BREAK = "\x1f"  # stands in no text: a very long word may be broken here


def write(document: Document) -> bytes:
    """The document as a .pdf file."""
    source = {"format": "kumppanuus document", "version": ATTACHMENT, **_plain(document)}
    return _set(document, [document], source, is_bound=False)


def bind(documents: Sequence[Document], *, title: str, language: Language) -> bytes:
    """Several documents (one at least) as one .pdf file, to be printed: each begins on a new sheet, with its pages
    counted from one, in its own language, and stands in the outline under its subtitle. `language` is that of the
    title."""
    whole = replace(documents[0], title=title, status=title, language=language)
    source = {
        "format": "kumppanuus documents",
        "version": ATTACHMENT,
        "documents": [_plain(each) for each in documents],
    }
    return _set(whole, documents, source, is_bound=True)


def _set(whole: Document, documents: Sequence[Document], source: dict[str, Any], *, is_bound: bool) -> bytes:
    """The file: `whole` tells of it what a catalogue of files tells, `documents` are set one after the other."""
    lines = {text for each in documents for text in _lines(each) if "[" in text}
    told = {
        name: _plain(getattr(whole, name), _printable) for name in ("title", "author", "status", "keywords", "language")
    }
    shown = {**told, "is_bound": is_bound, "documents": [_plain(each, _printable) for each in documents]}
    return typst.compile(
        HERE / "document.typ",
        root=HERE,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={
            "shown": json.dumps(shown),
            "lines": json.dumps({_printable(text): _plain(line(text), _printable) for text in sorted(lines)}),
            "source": json.dumps(source, ensure_ascii=False, indent=1),
        },
        pdf_standards=STANDARDS,
        timestamp=int(whole.made_at.timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[HERE])


def _lines(document: Document) -> Iterator[str]:
    """The texts of the document that are lines, in which placeholders are to be seen."""
    yield document.title
    yield document.subtitle
    for fact in document.facts:
        yield fact.value
    for section in (*document.sections, *document.annexes):
        yield section.title
        for clause in section.clauses:
            yield clause.title
    if document.signatures:
        yield from (document.signatures.title, *document.signatures.above, *document.signatures.below)
        for signer in document.signatures.signers:
            yield from (signer.party, *signer.names)


_FOR_WORD = {"redline", "comments"}  # shown by formats that track changes; here they stand as notes
_KINDS = {
    markup.Paragraph: "paragraph",
    markup.List: "list",
    markup.Definitions: "definitions",
    markup.Table: "table",
}


def _plain(value: Any, text: Callable[[str], str] = str) -> Any:
    """A piece of the tree as JSON, each string through `text`. Blocks tell their kind; runs, only what is so."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, tuple):
        return [_plain(each, text) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if not is_dataclass(value):
        return value
    shown = [field.name for field in fields(value) if field.name not in _FOR_WORD]
    plain = {name: _plain(getattr(value, name), text) for name in shown}
    if isinstance(value, markup.Run):
        if _TARGET.fullmatch(value.link):
            plain["target"] = value.link
        return {name: said for name, said in plain.items() if said}
    return {"kind": _KINDS[type(value)], **plain} if type(value) in _KINDS else plain


def _printable(text: str) -> str:
    """The text as it can be set: with a place to break in each very long word, and without what the standards forbid.

    They forbid signs of private use, whose meaning nobody else knows, and the mark of byte order. A blank before each
    line break keeps the words on both sides of it apart for those who hear them.
    """
    text = _PRIVATE.sub("\ufffd", text).replace("\ufeff", "\u2060").replace("\t", " ").replace("\n", " \n")
    return _LONG.sub(lambda word: _PIECES.sub(rf"\g<0>{BREAK}", word.group()), text)


_TARGET = re.compile(r"(?:https?://|mailto:).{1,2000}", re.IGNORECASE)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LONG = re.compile(r"\S{50,}")
_PIECES = re.compile(r"[^/?&=_.,;:-]{0,19}[/?&=_.,;:-]+(?=.)|.{20}(?=.)")
