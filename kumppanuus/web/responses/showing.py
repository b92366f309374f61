"""What is said, as the desk shows it: the words once, and everybody who said them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext

from kumppanuus import responses, statements
from kumppanuus.agreements import Agreement
from kumppanuus.responses import Item, Row
from kumppanuus.rounds import Round
from kumppanuus.statements import Remark
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


def said_view(agreement: Agreement, remark: Remark, people: list[tuple[str, str]]) -> SaidView:
    said = statements.said_in(remark)
    changed = difference(remark.version, said.title, said.wording) if remark.version and said.wording else None
    became = None
    if remark.suggestion is not None:
        named = gettext("Muutosehdotus %(number)s", number=remark.suggestion.number)
        became = f"/muutosehdotukset/{remark.suggestion.id}", named
    return SaidView(kind_words(said), tone_of(said), said.text, agreement.language.value, changed, people, became)


def respondents(round_: Round, rows: Iterable[Row], names: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """Who said it, each with the address of the whole answer. `names` are of the people who spoke for themselves."""
    base, nobody = at(round_, "lausunnot"), gettext("Nimetön vastaaja")
    return [(f"{base}/{row.statement_id}#h-{row.id}", row.name or names.get(row.id) or nobody) for row in rows]


def names_in(items: Iterable[Item]) -> dict[UUID, str]:
    """The names of those who spoke for themselves; no query if nobody did."""
    return responses.givers(row.id for item in items for row in item.rows if not row.name)
