"""Word files read with nothing but an XML parser: what is tracked in them, what is commented."""

import zipfile
from io import BytesIO

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LINE_END = "\n"


def part(content: bytes, name: str) -> etree._Element:
    """A part of a file."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        return etree.fromstring(package.read(name))


def words(element: etree._Element) -> str:
    signs = {f"{W}br": LINE_END, f"{W}tab": "\t"}
    return "".join(
        signs.get(piece.tag, piece.text or "")
        for piece in element.iter(f"{W}t", f"{W}delText", f"{W}br", f"{W}tab")
        if piece.getparent().tag == f"{W}r"
    )


def tracked(content: bytes) -> list[str]:
    """Paragraphs and rows with a change in them: what is added and taken out, by whom, and whether as a whole."""
    found = []
    for element in part(content, "word/document.xml").iter(f"{W}p", f"{W}tr"):
        is_row = element.tag == f"{W}tr"
        whole = element.find(f"{W}trPr" if is_row else f"{W}pPr/{W}rPr")
        signs = {f"{W}ins": "+", f"{W}del": "-"}
        marks = [] if whole is None else [f"{signs[mark.tag]} {_who(mark)}: " for mark in whole if mark.tag in signs]
        if is_row:
            found += [f"row {mark}" for mark in marks]
            continue
        text = ""
        for child in element:
            said = "".join(piece.text or "" for piece in child.iter(f"{W}t", f"{W}delText"))
            text += f"[{signs[child.tag]}{_who(child)} {said}]" if child.tag in signs else said
        if marks or "[+" in text or "[-" in text:
            found.append("".join(marks) + text)
    return found


def _who(change: etree._Element) -> str:
    date = change.get(f"{W}date", "")
    return f"{change.get(f'{W}author').split()[0]}{date and date[8:16]}"


def commented(content: bytes) -> list[tuple[str, str, str | None, str]]:
    """The comments: who, what, whom it replies to, and whether it is done."""
    w14, w15 = (f"{{http://schemas.microsoft.com/office/word/20{year}/wordml}}" for year in ("10", "12"))
    extended = {
        entry.get(f"{w15}paraId"): (entry.get(f"{w15}paraIdParent"), entry.get(f"{w15}done"))
        for entry in part(content, "word/commentsExtended.xml")
    }
    said, last = [], {}
    for comment in part(content, "word/comments.xml"):
        own = comment[-1].get(f"{w14}paraId")
        parent, done = extended[own]
        last[own] = comment.get(f"{W}author")
        text = "|".join(words(paragraph) for paragraph in comment)
        said.append((comment.get(f"{W}author"), text, last.get(parent), done))
    return said
