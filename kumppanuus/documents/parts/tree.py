"""From rows and their parts to chapters, clauses and annexes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kumppanuus.documents.parts.finding import Found
from kumppanuus.documents.parts.rows import Part, Reason, Row


@dataclass(slots=True)
class Clause:
    """A clause by the rows it is made of, as places in the list. `number` is the one in the file, perhaps none."""

    number: str
    rows: list[int]
    has_title: bool  # its first row is its title


@dataclass(slots=True)
class Section:
    """A chapter or an annex; `row` is its heading, None where clauses stand before any."""

    number: str
    row: int | None
    clauses: list[Clause] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """A file as an agreement, by places in the list of rows."""

    title: int | None = None
    sections: list[Section] = field(default_factory=list)
    annexes: list[Section] = field(default_factory=list)
    signatures: list[int] = field(default_factory=list)
    left: list[tuple[int, Reason]] = field(default_factory=list)

    def clauses(self) -> Iterable[tuple[Section, Clause]]:
        """Every clause with its section, those of annexes last."""
        for section in (*self.sections, *self.annexes):
            for clause in section.clauses:
                yield section, clause


def arrange(rows: Sequence[Row], found: Sequence[Found]) -> Reading:
    """Put rows together by their parts."""
    reading = Reading()
    section: Section | None = None
    clause: Clause | None = None
    for at, (row, (part, reason)) in enumerate(zip(rows, found, strict=True)):
        number = row.label.text if row.label else ""
        match part:
            case Part.TITLE if reading.title is None:
                reading.title = at
            case Part.LEFT:
                reading.left.append((at, reason or Reason.BY_HAND))
            case Part.SIGNATURES:
                reading.signatures.append(at)
            case Part.SECTION | Part.ANNEX:
                section, clause = Section(number, at), None
                (reading.annexes if part is Part.ANNEX else reading.sections).append(section)
            case _:
                if section is None:
                    section = Section("", None)
                    reading.sections.append(section)
                if clause is None or part in (Part.CLAUSE, Part.HEADING):
                    clause = Clause(number, [], has_title=part is Part.HEADING)
                    section.clauses.append(clause)
                clause.rows.append(at)
    return reading
