"""What a round brought, as tables in words: by clause, by sector, by kind of respondent, and clauses by sectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext

from kumppanuus.agreements import Agreement
from kumppanuus.comments import CommentKind
from kumppanuus.documents.summary.wording import answer_words, kind_words, place_title
from kumppanuus.statements import Stance
from kumppanuus.summaries import NOBODY, Answer, Heard, Line, Summary
from kumppanuus.web import language

# How many places the chart shows at first.
MOST = 10

# The widest bar is so many parts long: the stylesheet knows no longer one.
WIDEST = 60

# How the parts of a bar are filled, so that none is told by its colour alone.
LOOKS: dict[Answer, str] = {
    CommentKind.SUPPORT: "full",
    CommentKind.QUESTION: "open",
    CommentKind.CONCERN: "hatch",
    Stance.SUPPORTS: "full",
    Stance.SUPPORTS_WITH_REMARKS: "part",
    Stance.OPPOSES: "hatch",
    Stance.NOTHING_TO_STATE: "open",
    None: "dots",
}


@dataclass(frozen=True)
class Figure:
    """A number at the head of the page; `of` is the whole it is a part of, or None."""

    number: int
    words: str
    of: int | None = None


@dataclass(frozen=True)
class SilentRow:
    """Somebody who was asked and has not answered, and what was done about it."""

    name: str
    words: str


@dataclass(frozen=True)
class Key:
    """An answer as a column, and how its part of a bar looks."""

    look: str
    words: str


@dataclass(frozen=True)
class BarPart:
    """A part of a bar: how many, and how much of the width."""

    look: str
    count: int
    grow: int


@dataclass(frozen=True)
class ChartRow:
    """A place with its bar. `rest` is the width that stays empty, so that bars can be compared."""

    url: str
    title: str
    parts: list[BarPart]
    rest: int
    counts: list[int]
    total: int


@dataclass(frozen=True)
class Chart:
    """What was said, by place and answer, the most spoken-of place first."""

    keys: list[Key]
    caption: str
    lang: str
    rows: list[ChartRow]
    left_out: int  # rows of the whole that are not shown
    totals: list[int]
    total: int


@dataclass(frozen=True)
class SectorRow:
    """A sector: how many of those asked have answered, and how much was said for it."""

    name: str
    asked: int
    answered: int
    grow: int
    rest: int
    count: int
    is_heard: bool
    unheard: str


@dataclass(frozen=True)
class Sectors:
    """Every sector, those that were not heard too."""

    rows: list[SectorRow]
    asked: int
    answered: int
    count: int


@dataclass(frozen=True)
class KindRow:
    """Respondents of one kind."""

    name: str
    asked: int
    answered: int
    counts: list[int]
    total: int


@dataclass(frozen=True)
class Kinds:
    """The whole, split by the kind of the respondent."""

    keys: list[Key]
    rows: list[KindRow]
    asked: int
    answered: int
    totals: list[int]
    total: int


@dataclass(frozen=True)
class Column:
    """A sector as a column of the matrix."""

    name: str
    is_heard: bool


@dataclass(frozen=True)
class Cell:
    """How much a sector said of a place; a dash where the sector was not heard."""

    words: str
    look: str


@dataclass(frozen=True)
class MatrixRow:
    """A place with what each sector said of it."""

    title: str
    cells: list[Cell]
    total: int


@dataclass(frozen=True)
class Matrix:
    """Places by sectors."""

    columns: list[Column]
    lang: str
    rows: list[MatrixRow]


def keys(summary: Summary) -> list[Key]:
    """The answers as columns."""
    return [Key(LOOKS[answer], answer_words(answer)) for answer in summary.answers]


def chart(summary: Summary, agreement: Agreement, *, shows_all: bool) -> Chart:
    """What was said of each place; the ten most spoken-of, or all."""
    lines = _most_first(summary.lines)
    shown = lines if shows_all else lines[:MOST]
    most = max((line.total for line in lines), default=0)
    return Chart(
        keys=keys(summary),
        caption=gettext("Kommenttien määrä kohdittain"),
        lang=foreign(agreement),
        rows=[_chart_row(line, summary.answers, most) for line in shown],
        left_out=len(lines) - len(shown),
        totals=_counts(summary.whole.answers, summary.answers),
        total=summary.whole.remarks,
    )


def sectors(summary: Summary) -> Sectors:
    """Every sector of the register; last, where there is any, what was said by those without one."""
    rows = [
        _sector_row(each.name(language.language()), summary.sectors.get(each.id, NOBODY))
        for each in summary.named_sectors
    ]
    if None in summary.sectors:
        rows.append(_sector_row(gettext("Ei toimialaa"), summary.sectors[None]))
    whole = summary.whole
    return Sectors(rows, whole.asked, whole.answered, whole.remarks)


def kinds(summary: Summary) -> Kinds:
    """The whole by the kind of the respondent."""
    rows = [
        KindRow(
            kind_words(kind),
            heard.asked,
            heard.answered + heard.uninvited,
            _counts(heard.answers, summary.answers),
            heard.remarks,
        )
        for kind, heard in summary.kinds.items()
    ]
    whole = summary.whole
    totals = _counts(whole.answers, summary.answers)
    return Kinds(keys(summary), rows, whole.asked, whole.answered + whole.uninvited, totals, whole.remarks)


def matrix(summary: Summary, agreement: Agreement, *, shows_all: bool) -> Matrix:
    """The places of the chart, by every sector that was asked or heard."""
    lines = _most_first(summary.lines)
    columns: list[tuple[UUID | None, Column]] = [
        (each.id, Column(each.name(language.language()), summary.sectors[each.id].is_heard))
        for each in summary.named_sectors
        if each.id in summary.sectors
    ]
    if None in summary.sectors and summary.sectors[None].remarks:
        columns.append((None, Column(gettext("Ei toimialaa"), is_heard=True)))
    most = max((count for line in lines for count in line.sectors.values()), default=0)
    # Few different numbers stand in many cells: each is made once.
    known = {count: Cell(str(count), f"h{-(-count * 3 // most)}" if count else "none") for count in range(most + 1)}
    unheard = Cell("–", "none")
    return Matrix(
        columns=[column for _id, column in columns],
        lang=foreign(agreement),
        rows=[
            MatrixRow(
                place_title(line.place),
                [
                    known[line.sectors.get(sector_id, 0)] if column.is_heard else unheard
                    for sector_id, column in columns
                ],
                line.total,
            )
            for line in (lines if shows_all else lines[:MOST])
        ],
    )


# ---------------------------------------------------------------- inside


def _most_first(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: -line.total)


def _counts(answers: Mapping[Answer, int], order: Sequence[Answer]) -> list[int]:
    return [answers.get(answer, 0) for answer in order]


def _chart_row(line: Line, order: Sequence[Answer], most: int) -> ChartRow:
    parts = [
        BarPart(LOOKS[answer], count, _width(count, most)) for answer in order if (count := line.answers.get(answer, 0))
    ]
    return ChartRow(
        url=f"/kohdat/{line.place.id}" if line.place.is_clause else "",
        title=place_title(line.place),
        parts=parts,
        rest=_width(most - line.total, most) if most > line.total else 0,
        counts=_counts(line.answers, order),
        total=line.total,
    )


def _width(count: int, most: int) -> int:
    """A part of the widest bar; never nothing, because it would not be seen."""
    return count if most <= WIDEST else max(1, round(count * WIDEST / most))


def _sector_row(name: str, heard: Heard) -> SectorRow:
    whole = min(heard.asked, WIDEST)
    grow = round(heard.answered * whole / heard.asked) if heard.asked else 0
    return SectorRow(
        name=name,
        asked=heard.asked,
        answered=heard.answered,
        grow=grow,
        rest=whole - grow,
        count=heard.remarks,
        is_heard=heard.is_heard,
        unheard=gettext("ei kuultu") if heard.asked else gettext("ei kuultu, ketään ei kutsuttu"),
    )


def foreign(agreement: Agreement) -> str:
    """The language of the text, where the page is in another."""
    return "" if agreement.language.value == language.language() else agreement.language.value
