"""The parts of a Word file beside its text: header, footer, properties, and what the file was made of."""

from __future__ import annotations

import re
from datetime import UTC
from functools import lru_cache
from pathlib import Path

from lxml import etree
from lxml.etree import _Element

from kumppanuus.documents.docx_out.elements import NAMESPACES, W, add, words, xml
from kumppanuus.documents.model import Document, Language

LOCALES = {Language.FI: "fi-FI", Language.SV: "sv-FI", Language.EN: "en-GB"}
SOURCE = "urn:kumppanuus:source:1"  # the namespace of the part that says what a file was made of
_STORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"


def header(document: Document) -> _Element:
    """What stands at the head of every page, and across it if this is a draft."""
    root = etree.Element(f"{W}hdr", nsmap=NAMESPACES)
    paragraph = add(root, "p")
    add(add(paragraph, "pPr"), "pStyle", val="Header")
    words(paragraph, document.header)
    if document.mark is not None:
        words(paragraph, "\t")
        words(paragraph, document.mark, is_bold=True)
        mark = etree.fromstring(part("mark.xml"))
        shape = mark.find(f".//{{{NAMESPACES['v']}}}shape/{{{NAMESPACES['v']}}}textpath")
        assert shape is not None
        shape.set("string", document.mark)
        paragraph.append(mark)
    return root


def footer(document: Document) -> _Element:
    """What stands at the foot of every page."""
    root = etree.Element(f"{W}ftr", nsmap=NAMESPACES)
    paragraph = add(root, "p")
    add(add(paragraph, "pPr"), "pStyle", val="Footer")
    words(paragraph, f"{document.footer}\t")
    for piece in re.split(r"(\{page\}|\{pages\})", document.page_words):
        if piece in ("{page}", "{pages}"):
            field = add(paragraph, "fldSimple", instr="PAGE" if piece == "{page}" else "NUMPAGES")
            words(field, "1")
        else:
            words(paragraph, piece)
    return root


def core_properties(document: Document) -> bytes:
    """What the file says of itself to programs."""
    core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    dc, terms = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    root = etree.Element(f"{{{core}}}coreProperties", nsmap={"cp": core, "dc": dc, "dcterms": terms, "xsi": xsi})
    etree.SubElement(root, f"{{{dc}}}title").text = document.title
    etree.SubElement(root, f"{{{dc}}}creator").text = document.author
    etree.SubElement(root, f"{{{dc}}}language").text = LOCALES[document.language]
    if document.keywords:
        etree.SubElement(root, f"{{{core}}}keywords").text = ", ".join(document.keywords)
    created = etree.SubElement(root, f"{{{terms}}}created", {f"{{{xsi}}}type": "dcterms:W3CDTF"})
    created.text = document.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return xml(root)


def source(document: Document) -> bytes | None:
    """What the file was made of: the agreement, the entry of the record and the version of each clause.

    Word and LibreOffice keep such a part as it is. It is how a file that comes back is known again.
    """
    if document.source is None:
        return None
    root = etree.Element(f"{{{SOURCE}}}source", nsmap={"kp": SOURCE})
    root.set("agreement", document.source.agreement)
    root.set("head", document.source.head)
    root.set("contents", document.source.contents)
    for section in (*document.sections, *document.annexes):
        for clause in section.clauses:
            if clause.version:
                etree.SubElement(root, f"{{{SOURCE}}}clause", id=clause.id, version=clause.version)
    return xml(root)


def source_properties() -> bytes:
    """The part that gives the one before its name."""
    root = etree.Element(f"{{{_STORE}}}datastoreItem", nsmap={"ds": _STORE})
    root.set(f"{{{_STORE}}}itemID", "{6B756D70-7061-4E75-8573-2D736F757263}")
    schemas = etree.SubElement(root, f"{{{_STORE}}}schemaRefs")
    etree.SubElement(schemas, f"{{{_STORE}}}schemaRef").set(f"{{{_STORE}}}uri", SOURCE)
    return xml(root)


@lru_cache
def part(name: str, language: Language = Language.FI) -> bytes:
    """A part that is the same in all files of one language."""
    parser = etree.XMLParser(remove_comments=True, remove_blank_text=True, resolve_entities=False)
    root = etree.parse(Path(__file__).parent / "word" / name, parser).getroot()
    return xml(root).replace(b'"fi-FI"', f'"{LOCALES[language]}"'.encode())
