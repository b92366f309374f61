"""Import, export, import: the clauses that came in come out, and in again, as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from kumppanuus import accounts
from kumppanuus.agreements import Agreement, AgreementKind, TextLanguage
from kumppanuus.documents import assemble, inspection, intake, reading
from kumppanuus.documents.assemble import Contents
from kumppanuus.documents.source import Source

DRAFT = Path(__file__).parent / "libreoffice.docx"


@pytest.mark.parametrize("suffix", [".docx", ".md"])
def test_what_was_imported_and_exported_is_imported_the_same(inside_empty: None, suffix: str) -> None:
    read = reading.read(DRAFT.name, DRAFT.read_bytes())
    by = accounts.find_or_add("mikko@kumppanuus.example", "Mikko", by=None).id
    facts = intake.Facts("Sopimus", AgreementKind.PARTNERSHIP_AGREEMENT, TextLanguage.FI, "Alue", "Pöytä")

    first = intake.begin(read, facts, by=by)
    exported = reading.read(f"a{suffix}", assemble.export(first, suffix, contents=Contents.CLEAN))
    second = intake.begin(exported, facts, by=by)

    once, again = (inspection.inspect(each) for each in (_clean(first), _clean(second)))
    assert [each["title"] for each in once["sections"]] == ["Osapuolet", "Tilat"]
    assert (again["sections"], again["annexes"]) == (once["sections"], once["annexes"])
    found = inspection.inspect(exported)
    assert (found["sections"], found["annexes"]) == (once["sections"], once["annexes"])


def _clean(agreement: Agreement) -> Source:
    return reading.read("a.docx", assemble.export(agreement, ".docx", contents=Contents.CLEAN))
