"""Reads a PDF as a screen reader does: by its structure, not by the places of its letters."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

WITHIN_LINES = {"Span", "Strong", "Em", "Link"}
SOFT_HYPHEN = "\xad"


class Reader:
    """Reads a PDF twice: `lines` are its tags with their words in reading order, `artifacts` what is beside them."""

    def __init__(self, content: bytes) -> None:
        self.pdf = pikepdf.open(BytesIO(content))
        self.pages = [""] * len(self.pdf.pages)
        self._outside: list[list[str]] = [[] for _ in self.pages]
        self._marked: dict[tuple[Any, int], str] = {}
        for number, page in enumerate(self.pdf.pages):
            self._read(number, page)

    def lines(self, *, with_hyphens: bool = False) -> list[tuple[str, str]]:
        found = self._lines(self.pdf.Root.StructTreeRoot, None)
        return [(tag, words if with_hyphens else words.replace(SOFT_HYPHEN, "")) for tag, words in found]

    def artifacts(self) -> list[str]:
        """What stands on each page beside the text that is read aloud."""
        return ["\n".join(said) for said in self._outside]

    def strokes(self) -> int:
        """How many lines are drawn in the file."""
        drawn = [str(operator) for page in self.pdf.pages for _, operator in pikepdf.parse_content_stream(page, "S")]
        return len(drawn)

    def _read(self, number: int, page: pikepdf.Page) -> None:
        fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
        letters: dict[bytes, str] = {}
        marks: list[tuple[int | None, bool]] = []
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BDC" | "BMC":
                    about = operands[1] if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary) else {}
                    mark = about.get("/MCID")
                    marks.append((None if mark is None else int(mark), "/ActualText" in about))
                    if "/ActualText" in about:
                        self._say(number, page, marks, str(about["/ActualText"]))
                case "EMC":
                    marks.pop()
                case "Tf":
                    letters = fonts[str(operands[0])]
                case "Tj" | "TJ" if not any(is_said for _, is_said in marks):
                    pieces = operands[0] if str(operator) == "TJ" else operands
                    codes = b"".join(bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String))
                    said = "".join(letters[codes[at : at + 2]] for at in range(0, len(codes), 2))
                    self._say(number, page, marks, said)

    def _say(self, number: int, page: pikepdf.Page, marks: list[tuple[int | None, bool]], said: str) -> None:
        self.pages[number] += said
        owner = next((mark for mark, _ in reversed(marks) if mark is not None), None)
        if owner is None:
            self._outside[number].append(said)
        else:
            key = (page.objgen, owner)
            self._marked[key] = self._marked.get(key, "") + said

    def _lines(self, element: Any, page: Any) -> Iterator[tuple[str, str]]:
        words = ""
        for kid in _kids(element):
            here = _page_of(kid, element, page)
            if _is_text(kid):
                words += self._marked.get((here.objgen, _mark(kid)), "")
            elif kid.get("/Type") != "/OBJR":
                inside = list(self._lines(kid, here))
                if kid.S == "/TOCI":
                    yield "TOCI", " ".join(said for _, said in inside)
                elif all(tag in WITHIN_LINES for tag in [str(kid.S)[1:], *dict(inside)]):
                    words += "".join(said for _, said in inside)
                else:
                    yield from inside
        if words:
            tag = str(element.S)[1:]
            yield tag, words if tag in WITHIN_LINES else words.strip(" ")


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _is_text(kid: Any) -> bool:
    return isinstance(kid, int) or kid.get("/Type") == "/MCR"


def _mark(kid: Any) -> int:
    return kid if isinstance(kid, int) else int(kid.MCID)


def _page_of(kid: Any, element: Any, page: Any) -> Any:
    own = None if isinstance(kid, int) else kid.get("/Pg")
    return own or element.get("/Pg") or page


def _letters(font: Any) -> dict[bytes, str]:
    letters = {}
    table = font.ToUnicode.read_bytes().decode("latin-1")
    assert "beginbfrange" not in table
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            letters[bytes.fromhex(code)] = bytes.fromhex(text).decode("utf-16-be")
    return letters
