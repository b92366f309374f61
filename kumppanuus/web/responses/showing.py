"""What is said, as the desk shows it: the words once, and everybody who said them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext

from kumppanuus import statements
from kumppanuus.agreements import Agreement
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


def said_view(agreement: Agreement, remark: Remark, people: list[tuple[str, str]]) -> SaidView:
    said = statements.said_in(remark)
    changed = difference(remark.version, said.title, said.wording) if remark.version and said.wording else None
    return SaidView(kind_words(said), tone_of(said), said.text, agreement.language.value, changed, people)


def respondents(round_: Round, remarks: Sequence[Remark]) -> list[tuple[str, str]]:
    """Who said it, each with the address of the whole answer."""
    return [
        (
            at(round_, "lausunnot", f"{each.statement_id}#h-{each.id}"),
            statements.name_of(each.statement) or each.statement.giver_name or gettext("Nimetön vastaaja"),
        )
        for each in remarks
    ]
