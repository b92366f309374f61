"""What is said, as the desk shows it: the words once, and everybody who said them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext

from kumppanuus import responses
from kumppanuus.agreements import Agreement
from kumppanuus.responses import Item, Listed, Row
from kumppanuus.rounds import Round
from kumppanuus.web.drafting.ground import Difference, difference
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.statements.frame import kind_words, tone_of


@dataclass(frozen=True)
class SaidView:
    """Words that one or several said: of which kind, the wording they suggest, and who they are, with addresses."""

    kind: str
    tone: tuple[str, str]
    text: str
    lang: str
    changes: Difference | None
    people: list[tuple[str, str]] = field(default_factory=list)
    suggestion: tuple[str, str] | None = None  # what its wording became, with the address


def said_view(agreement: Agreement, remark: Listed, people: list[tuple[str, str]]) -> SaidView:
    said, old, became = remark
    changed = difference(old, said.title, said.wording) if old else None
    link = None
    if became is not None:
        suggestion_id, number = became
        link = f"/muutosehdotukset/{suggestion_id}", gettext("Muutosehdotus %(number)s", number=number)
    return SaidView(kind_words(said), tone_of(said), said.text, agreement.language.value, changed, people, link)


def respondents(round_: Round, rows: Iterable[Row], names: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """Who said it, each with the address of the whole answer. `names` are of the people who spoke for themselves."""
    base, nobody = at(round_, "lausunnot"), gettext("Nimetön vastaaja")
    return [(f"{base}/{row.statement_id}#h-{row.id}", row.name or names.get(row.id) or nobody) for row in rows]


def names_in(items: Iterable[Item]) -> dict[UUID, str]:
    """The names of those who spoke for themselves; no query if nobody did."""
    return responses.givers(row.id for item in items for row in item.rows if not row.name)
