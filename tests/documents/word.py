"""Word files written by hand, part by part, as Word, LibreOffice and Google Docs write them, or as they never would."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from html import escape
from io import BytesIO

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
)
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
OUTSIDE = "https://kumppanuus.example/"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

STYLES = f"""<w:styles {NAMES}>
<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="fi-FI"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Otsikko"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Otsikko1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Otsikko2"><w:name w:val="heading 2"/><w:basedOn w:val="Otsikko1"/></w:style>
<w:style w:type="paragraph" w:styleId="Sisluet1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Luku"><w:name w:val="Luku"/>
<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Kohta"><w:name w:val="Kohta"/>
<w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
</w:styles>"""

# List 1: 1 and 1.1 and (a), bound to styles; 2: signs; 3: numbers that begin with 4; 4: annexes.
NUMBERING = f"""<w:numbering {NAMES}>
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Luku"/>
<w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Kohta"/>
<w:lvlText w:val="%1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2">
<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="–"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="3">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="4">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Liite %1"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="3"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="4"/></w:num>
</w:numbering>"""


def docx(body: str, parts: Mapping[str, str | bytes] | None = None, *, kinds: Mapping[str, str] | None = None) -> bytes:
    """A Word file with this body. `parts` replace or add parts by name; an empty one leaves a part out."""
    related = {
        "styles": "styles.xml",
        "numbering": "numbering.xml",
        "comments": "comments.xml",
        "commentsExtended": "commentsExtended.xml",
        "footnotes": "footnotes.xml",
        "endnotes": "endnotes.xml",
        "header": "header.xml",
    }
    all_parts: dict[str, str | bytes] = {
        "word/document.xml": f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
        **(parts or {}),
    }
    links = "".join(
        f'<Relationship Id="{kind}" Type="{RELATIONS}/{kind}" Target="{name}"/>'
        for kind, name in related.items()
        if all_parts.get(f"word/{name}")
    )
    links += f'<Relationship Id="web" Type="{RELATIONS}/hyperlink" Target="{OUTSIDE}" TargetMode="External"/>'
    overrides = {"word/document.xml": f"{KIND}.document.main+xml", **(kinds or {})}
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    package = "http://schemas.openxmlformats.org/package/2006"
    usual: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="main" '
        f'Type="{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
    }
    return zipped({**usual, **all_parts})


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Parts as a zip file, the empty ones left out."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            if content:
                package.writestr(name, content)
    return file.getvalue()


def p(*inside: str, style: str = "", end: str = "", numbered: tuple[int, int] | None = None) -> str:
    """A paragraph of runs and other XML; `end` is a change of its end, `numbered` its list and level."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if numbered:
        properties += f'<w:numPr><w:ilvl w:val="{numbered[1]}"/><w:numId w:val="{numbered[0]}"/></w:numPr>'
    if end:
        properties += f"<w:rPr>{end}</w:rPr>"
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(inside)}</w:p>"


def r(text: str, looks: str = "", *, tag: str = "t") -> str:
    """A run of words."""
    return f'<w:r><w:rPr>{looks}</w:rPr><w:{tag} xml:space="preserve">{escape(text)}</w:{tag}></w:r>'


def changed(kind: str, *inside: str, by: str = "Aino Mäkelä", at: str = "2026-03-12T10:00:00Z") -> str:
    """Something inside a tracked change: ins, del, moveFrom or moveTo."""
    who = (f' w:author="{by}"' if by else "") + (f' w:date="{at}"' if at else "")
    return f'<w:{kind} w:id="9"{who}>{"".join(inside)}</w:{kind}>'


def ins(text: str, by: str = "Aino Mäkelä") -> str:
    return changed("ins", r(text), by=by)


def gone(text: str, by: str = "Aino Mäkelä") -> str:
    return changed("del", r(text, tag="delText"), by=by)


def table(*rows: tuple[str, ...], row: str = "") -> str:
    """A table of words; `row` are properties of its last row."""
    made = []
    for at, cells in enumerate(rows, start=1):
        properties = f"<w:trPr>{row}</w:trPr>" if row and at == len(rows) else ""
        inside = "".join(f"<w:tc><w:tcPr/>{cell if cell.startswith('<') else p(r(cell))}</w:tc>" for cell in cells)
        made.append(f"<w:tr>{properties}{inside}</w:tr>")
    return f"<w:tbl><w:tblPr/>{''.join(made)}</w:tbl>"


def comments(*said: tuple[str, str, str]) -> str:
    """The part of comments: (id, author, text); the paragraph of each has the id 0000000 and its own."""
    inside = "".join(
        f'<w:comment w:id="{own}" w:author="{author}" w:date="2026-03-12T10:00:00Z">'
        f'<w:p w14:paraId="0000000{own}"><w:r><w:annotationRef/></w:r>{r(text)}</w:p></w:comment>'
        for own, author, text in said
    )
    return f"<w:comments {NAMES}>{inside}</w:comments>"


def said_about(own: str, *inside: str) -> str:
    """What a comment is about."""
    return (
        f'<w:commentRangeStart w:id="{own}"/>{"".join(inside)}<w:commentRangeEnd w:id="{own}"/>'
        f'<w:r><w:commentReference w:id="{own}"/></w:r>'
    )
