"""The tree as a Word file: real headings, numbering and lists, in a package written part by part.

Changes of a redline are native tracked changes, comments native comments. Nothing stands in the package that is not
put there here: no template's leftovers, no macro, no reference to anything outside. The looks are in `word/styles.xml`.
The same document always gives the same bytes.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

from lxml import etree

from kumppanuus.documents.docx_out import parts
from kumppanuus.documents.docx_out.body import Body
from kumppanuus.documents.docx_out.comments import Comments
from kumppanuus.documents.docx_out.elements import xml
from kumppanuus.documents.docx_out.numbering import Numbering
from kumppanuus.documents.model import Document

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"

# Parts that only some files have: the name, what it is to the text, what it holds.
_COMMENTS = ("word/comments.xml", f"{_OFFICE}/comments", f"{_WORD}.comments+xml")
_EXTENDED = (
    "word/commentsExtended.xml",
    "http://schemas.microsoft.com/office/2011/relationships/commentsExtended",
    f"{_WORD}.commentsExtended+xml",
)
_SOURCE = ("customXml/item1.xml", f"{_OFFICE}/customXml", "")
_SOURCE_PROPERTIES = "customXml/itemProps1.xml"


def write(document: Document) -> bytes:
    """The document as a .docx file."""
    numbering, comments = Numbering(document), Comments()
    body = Body(numbering, comments)
    body.document(document)
    content = {
        "docProps/core.xml": parts.core_properties(document),
        "word/document.xml": xml(body.root),
        "word/styles.xml": parts.part("styles.xml", document.language),
        "word/settings.xml": parts.part("settings.xml", document.language),
        "word/fontTable.xml": parts.part("font_table.xml"),
        "word/theme.xml": parts.part("theme.xml"),
        "word/numbering.xml": xml(numbering.root()),
        "word/header.xml": xml(parts.header(document)),
        "word/footer.xml": xml(parts.footer(document)),
    }
    extras: list[tuple[str, str, str]] = []
    if comments:
        extras += [_COMMENTS, _EXTENDED]
        content |= {_COMMENTS[0]: xml(comments.root), _EXTENDED[0]: xml(comments.extended)}
    source = parts.source(document)
    if source is not None:
        extras.append(_SOURCE)
        content |= {
            _SOURCE[0]: source,
            _SOURCE_PROPERTIES: parts.source_properties(),
            "customXml/_rels/item1.xml.rels": parts.part("source_rels.xml"),
        }
    head = {
        "[Content_Types].xml": _types(extras),
        "_rels/.rels": parts.part("package_rels.xml"),
        "word/_rels/document.xml.rels": _relations(extras),
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in {**head, **content}.items():
            # A time of its own for each entry would make every file differ from the last one.
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _types(extras: list[tuple[str, str, str]]) -> bytes:
    root = etree.fromstring(parts.part("content_types.xml"))
    for name, _relation, mimetype in extras:
        if mimetype:
            etree.SubElement(root, f"{{{root.nsmap[None]}}}Override", PartName=f"/{name}", ContentType=mimetype)
    if _SOURCE in extras:
        mimetype = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
        properties = f"/{_SOURCE_PROPERTIES}"
        etree.SubElement(root, f"{{{root.nsmap[None]}}}Override", PartName=properties, ContentType=mimetype)
    return xml(root)


def _relations(extras: list[tuple[str, str, str]]) -> bytes:
    root = etree.fromstring(parts.part("document_rels.xml"))
    for name, relation, _mimetype in extras:
        target = name.removeprefix("word/") if name.startswith("word/") else f"../{name}"
        own = relation.rpartition("/")[2]
        etree.SubElement(root, f"{{{root.nsmap[None]}}}Relationship", Id=own, Type=relation, Target=target)
    return xml(root)
