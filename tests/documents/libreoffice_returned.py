"""Makes `returned.docx`: an export with tracked changes, as people wrote into it and LibreOffice saved it again.

Run it where LibreOffice is installed: `python -m tests.documents.libreoffice_returned`. The tests read the saved file,
so that they need no LibreOffice. Its ids are made up; a test puts those of its own agreement in their place.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from flask_migrate import upgrade

from kumppanuus import agreements, create_app, demo, suggestions
from kumppanuus.agreements import Agreement
from kumppanuus.config import Settings
from kumppanuus.db import HELSINKI, clock_at, writing
from kumppanuus.documents import assemble, docx_out, redline
from kumppanuus.documents.assemble import Contents
from kumppanuus.documents.lines import Mark
from kumppanuus.documents.model import Clause, Comment, Document, Section, Source
from kumppanuus.text import markup
from tests.concepts.negotiation import TEXT
from tests.databases import NOW, TODAY
from tests.documents.trees import EVERYTHING, lines

SAVED, SAVED_DEMO = (Path(__file__).parent / name for name in ("returned.docx", "returned_demo.docx"))

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


# As a board works: with changes recorded (words, a new item of a list), a comment, another one resolved; then without.
EDITS = [
    ["record", True],
    ["replace", "korvataan", "maksetaan"],
    ["add", "kaksi", "kolme"],
    ["comment", "Kulut", "Mitkä kulut?"],
    ["resolve", "Liian usein."],
    ["record", False],
    ["replace", "Muistio tehdään", "Aina kokouksen jälkeen muistio tehdään"],
]
DEMO_EDITS = [
    ["record", True],
    ["replace", "Siihen varataan työaikaa", "Siihen varataan riittävästi työaikaa"],
    ["comment", "tehtävänkuviin", "Kuka vastaa?"],
]


def stand_ins(agreement: Agreement) -> dict[str, str]:
    """The ids that a file of an agreement holds, each with a made-up one: a fixture serves every copy of the world."""
    whole = agreements.outline(agreement)
    places = {placed.id: 0xC00 + n for n, placed in enumerate(whole.clauses())}
    places |= {placed.version.id: 0xD00 + n for n, placed in enumerate(whole.clauses())}
    places |= {section.id: 0xB00 + n for n, section in enumerate(whole.sections)}
    places |= {each.id: 0xE00 + each.number for each in suggestions.open_ones(agreement)}
    return {own.hex: f"{place:032x}" for own, place in {agreement.id: 0xA00, **places}.items()}


def with_ids(content: bytes, ids: Mapping[str, str]) -> bytes:
    """A file with other ids in the place of its own."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in package.namelist():
            data = package.read(name)
            for old, new in ids.items():
                data = data.replace(old.encode(), new.encode())
            changed.writestr(name, data)
    return out.getvalue()


def demo_export() -> bytes:
    """The demo agreement with its open suggestions, as a coordinator takes it to Word."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(instance=folder, database_url=f"sqlite:///{folder}/demo.db")
        with create_app(settings).app_context(), clock_at(NOW):
            upgrade()
            with writing():
                agreement = agreements.by_slug(demo.make(TODAY).slug)
                assert agreement is not None
                content = assemble.export(agreement, ".docx", contents=Contents.REDLINE)
                return with_ids(content, stand_ins(agreement))


def edit(content: bytes, steps: Sequence[Sequence[Any]], saved: Path) -> None:
    """Have LibreOffice do some steps in a file, and keep what it saves."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / saved.name
        file.write_bytes(content)
        script = Path(__file__).with_name("libreoffice_edit.py")
        subprocess.run(["/usr/bin/python3", str(script), str(file), json.dumps(steps)], check=True, timeout=120)
        saved.write_bytes(file.read_bytes())


def main() -> None:
    edit(docx_out.write(document()), EDITS, SAVED)
    edit(demo_export(), DEMO_EDITS, SAVED_DEMO)


if __name__ == "__main__":
    main()
