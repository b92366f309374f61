"""The list of rounds: those that are open first, then those that were closed, and for coordinators the drafts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from kumppanuus import rounds
from kumppanuus.agreements import Agreement
from kumppanuus.rounds import Round, RoundState
from kumppanuus.web import words
from kumppanuus.web.language import plain_day
from kumppanuus.web.rounds.frame import screen
from kumppanuus.web.screen import may, show


@dataclass(frozen=True)
class RoundRow:
    """A round in the list. `key` is the glyph of where it stands, `words` say it."""

    number: int
    url: str
    title: str
    what: str
    key: str
    words: str


@screen.page("/sopimukset/<agreement>/kierrokset", may="agreement.read")
def index(agreement: Agreement) -> str:
    """Every round of an agreement; drafts only for those who write them."""
    home, found = f"/sopimukset/{agreement.slug}/kierrokset", rounds.of_agreement(agreement)
    manages = may("round.manage")
    groups: list[tuple[str, str, list[RoundRow]]] = [
        ("avoimet", gettext("Avoinna"), [_row(home, each) for each in found if each.takes_answers]),
        ("luonnokset", gettext("Valmisteilla"), [_row(home, each) for each in found if manages and each.is_draft]),
        ("suljetut", gettext("Suljetut"), [_row(home, each) for each in found if each.closed_at is not None]),
    ]
    return show(
        "rounds/index.html",
        section="rounds",
        agreement=agreement,
        address=home,
        groups=[group for group in groups if group[2]],
        manages=manages,
    )


def _row(home: str, each: Round) -> RoundRow:
    edition = gettext("luonnos %(name)s", name=each.edition.name) if each.edition else ""
    return RoundRow(
        number=each.number,
        url=f"{home}/{each.number}/luonnos" if each.is_draft else f"{home}/{each.number}",
        title=each.title,
        what=", ".join(filter(None, (str(words.ROUND_KINDS[each.kind]), edition))),
        key=_KEYS[each.state],
        words=_state_words(each),
    )


_KEYS = {
    RoundState.DRAFT: "draft",
    RoundState.OPEN: "comment",
    RoundState.LATE: "late",
    RoundState.CLOSED: "agreed",
}


def _state_words(each: Round) -> Any:
    day = plain_day(each.last_day)
    match each.state:
        case RoundState.DRAFT:
            return gettext("Ei vielä avattu")
        case RoundState.OPEN:
            return gettext("Vastaa viimeistään %(day)s", day=day)
        case RoundState.LATE:
            return gettext("Viimeinen vastauspäivä oli %(day)s. Voit vielä vastata.", day=day)
    return gettext("Suljettu %(day)s", day=plain_day(each.closed_at) if each.closed_at else "")
