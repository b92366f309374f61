"""Makes `returned.docx`: an export with tracked changes, as people wrote into it and LibreOffice saved it again.

Run it where LibreOffice is installed: `python -m tests.documents.libreoffice_returned`. The tests read the saved file,
so that they need no LibreOffice. Its ids are made up; a test puts those of its own agreement in their place.
"""

from __future__ import annotations

import subprocess
import tempfile
import zipfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

from kumppanuus.db import HELSINKI
from kumppanuus.documents import docx_out, redline
from kumppanuus.documents.lines import Mark
from kumppanuus.documents.model import Clause, Comment, Document, Section, Source
from kumppanuus.text import markup
from tests.concepts.negotiation import TEXT
from tests.documents.trees import EVERYTHING, lines

SAVED = Path(__file__).parent / "returned.docx"

AGREEMENT, SECTION = (f"{n:032x}" for n in (0xA, 0xB))
CLAUSES = tuple(f"{n:032x}" for n in range(0xC1, 0xC5))
VERSIONS = tuple(f"{n:032x}" for n in range(0xD1, 0xD5))

LISTS = """Jäsenet:
* yksi
* kaksi
  1. eka
  2. toka

Ks. [ohje](https://a.example/x).

| A | B |
|---|---|
| x | y |"""
WORDINGS = [("Kokoukset", TEXT), ("Kulut", "Kulut korvataan."), ("Muistio", "Muistio tehdään."), ("Luettelot", LISTS)]
SUGGESTED_AT = datetime(2026, 3, 18, 12, 1, tzinfo=HELSINKI)

KAARINA = 'w:author="Kaarina Nieminen" w:date="2026-03-20T18:30:00Z"'


def document() -> Document:
    """The export: in the first clause stands a suggestion of Aino's, and somebody has said something about it."""
    clauses = [
        Clause(own, f"kohta-1-{n}", f"1.{n}", title, markup.blocks(text), version=version)
        for n, (own, version, (title, text)) in enumerate(zip(CLAUSES, VERSIONS, WORDINGS, strict=True), start=1)
    ]
    base = lines("Kokoukset", TEXT)
    changes = redline.edits(base, lines("Kokoukset", TEXT.replace("neljä", "kuusi")))
    clauses[0] = replace(
        clauses[0],
        redline=redline.marked(base, [(changes, Mark("Aino", SUGGESTED_AT))]),
        comments=(
            Comment("Aino", SUGGESTED_AT, "Muutosehdotus 1\nSelkeämpi."),
            Comment("Riikka", SUGGESTED_AT, "Huoli: Liian usein.", (Comment("Mikko", SUGGESTED_AT, "Katsotaan."),)),
        ),
    )
    section = Section(SECTION, "luku-1", "1", "Rakenne", tuple(clauses))
    source = Source(AGREEMENT, f"sopimus:9:{'0' * 64}", "redline")
    return replace(EVERYTHING, sections=(section,), annexes=(), source=source)


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def _ins(text: str) -> str:
    return f'<w:ins w:id="901" {KAARINA}>{_run(text)}</w:ins>'


def _del(text: str) -> str:
    return f'<w:del w:id="902" {KAARINA}>{_run(text).replace("w:t", "w:delText")}</w:del>'


EDITS = {
    "word/document.xml": [
        # In tracked changes: words, a new item, a new clause.
        (_run("Kulut korvataan."), _run("Kulut ") + _del("korvataan") + _ins("maksetaan") + _run(".")),
        (
            '<w:p><w:pPr><w:pStyle w:val="ListNumber"/><w:numPr><w:ilvl w:val="1"/><w:numId w:val="6"/></w:numPr>'
            f"</w:pPr>{_run('eka')}",
            f'<w:p><w:pPr><w:pStyle w:val="ListBullet"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>'
            f'<w:rPr><w:ins w:id="903" {KAARINA}/></w:rPr></w:pPr>{_ins("kolme")}</w:p>'
            '<w:p><w:pPr><w:pStyle w:val="ListNumber"/><w:numPr><w:ilvl w:val="1"/><w:numId w:val="6"/></w:numPr>'
            f"</w:pPr>{_run('eka')}",
        ),
        # Without: words at the very start of a clause, before its bookmark and its title.
        (_run("Muistio tehdään."), _run("Aina kokouksen jälkeen muistio tehdään.")),
        # A comment on a word.
        (
            _run("Kulut"),
            '<w:commentRangeStart w:id="77"/>' + _run("Kulut") + '<w:commentRangeEnd w:id="77"/>'
            '<w:r><w:commentReference w:id="77"/></w:r>',
        ),
    ],
    "word/comments.xml": [
        (
            "</w:comments>",
            '<w:comment w:id="77" w:author="Kaarina Nieminen" w:date="2026-03-20T18:31:00Z" w:initials="KN">'
            f"<w:p>{_run('Mitkä kulut?')}</w:p></w:comment></w:comments>",
        )
    ],
}


def written() -> bytes:
    """The export as people wrote into it."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(docx_out.write(document()))) as package, zipfile.ZipFile(out, "w") as changed:
        for name in package.namelist():
            text = package.read(name)
            for old, new in EDITS.get(name, ()):
                assert text.count(old.encode()) == 1, old
                text = text.replace(old.encode(), new.encode())
            changed.writestr(name, text)
    return out.getvalue()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "in" / SAVED.name
        made.parent.mkdir()
        made.write_bytes(written())
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "docx"]
        subprocess.run([*command, "--outdir", folder, str(made)], check=True, capture_output=True)
        SAVED.write_bytes((Path(folder) / SAVED.name).read_bytes())


if __name__ == "__main__":
    main()
