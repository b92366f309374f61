"""The list of all that was said in a round: filtered, the same words as one, and how far each has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import request
from flask_babel import gettext, ngettext

from kumppanuus import drafts, organisations, responses
from kumppanuus.agreements import Agreement
from kumppanuus.responses import Desk, Item, Listed, State
from kumppanuus.rounds import Round
from kumppanuus.web import words
from kumppanuus.web.language import language
from kumppanuus.web.responses.frame import (
    AT,
    Narrowed,
    desk_of,
    home,
    is_consultation,
    narrowed,
    progress,
    screen,
    spot_words,
)
from kumppanuus.web.responses.showing import SaidView, names_in, respondents, said_view
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import me, show
from kumppanuus.web.statements.frame import round_name

PAGE = 20


@dataclass(frozen=True)
class Entry:
    """One row: what was said, by whom, and what is done about it."""

    id: str
    said: SaidView
    state: str
    tone: str
    response: str  # where its response is, if it has any
    can_answer: bool


@dataclass(frozen=True)
class Group:
    """The rows of one page about one place."""

    id: str
    heading: str
    entries: list[Entry]


@screen.page(AT, may="response.manage")
def index(agreement: Agreement, round: Round) -> str:
    """The desk of a round that was opened."""
    desk, asked = desk_of(round), narrowed()
    items = desk.items(asked.only, newest_first=asked.newest_first)
    last = max((len(items) - 1) // PAGE, 0)
    number = request.args.get("sivu", "1")
    page = min(max(int(number) - 1, 0), last) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    shown = items[page * PAGE : (page + 1) * PAGE]
    left = [each for each in items if each.state is State.LEFT]
    kept, fields = drafts.find(place_of(round), by=me().id), _fields(agreement, round, desk, asked)
    return show(
        "responses/desk.html",
        section="rounds",
        round=round,
        heading=_heading(desk),
        kicker=f"{round_name(round)}: {round.title}",
        progress=progress(round, desk),
        address=home(round),
        query=asked.query,
        order=asked.newest_first,
        views=_views(round, asked),
        fields=fields,
        chips=_chips(round, asked, fields),
        groups=_groups(agreement, round, shown, asked.newest_first),
        has_any=bool(desk.rows),
        count=ngettext(
            "Näytetään %(num)s kommentti", "Näytetään %(num)s kommenttia", sum(len(each.rows) for each in items)
        ),
        is_filtered=bool(asked.query),
        left=sum(len(each.rows) for each in left),
        last_place=kept.fields["address"] if kept and left and not page else "",
        earlier=_page(round, asked, page - 1, gettext("Edellinen sivu")) if page else None,
        later=_page(round, asked, page + 1, gettext("Seuraava sivu")) if page < last else None,
        crumbs=[(at(round), round_name(round)), (None, gettext("Vastineet"))],
    )


def place_of(round_: Round) -> str:
    """Where it is kept which comments a person answered last."""
    return f"desk:{round_.id}"


def _heading(desk: Desk) -> str:
    counts = desk.counts()
    left, asked = counts[State.LEFT], counts[State.ASKED]
    if not desk.rows:
        return gettext("Vastineet")
    if not left and asked:
        return ngettext(
            "%(num)s kommentti odottaa viranhaltijan vastausta",
            "%(num)s kommenttia odottaa viranhaltijan vastausta",
            asked,
        )
    if not left:
        return gettext("Jokaiseen kommenttiin on vastine")
    return ngettext("%(num)s kommentti odottaa vastinetta", "%(num)s kommenttia odottaa vastinetta", left)


def _page(round_: Round, asked: Narrowed, page: int, words_of: str) -> tuple[str, str, str]:
    query = urlencode([*parse_qsl(asked.query), ("sivu", page + 1)])
    return f"{home(round_, query=query)}#lista", words_of, gettext("Sivu %(number)s", number=page + 1)


def _views(round_: Round, asked: Narrowed) -> list[tuple[str, str, bool]]:
    plain = [each for each in parse_qsl(asked.query) if each[0] != "jarjestys"]
    newest = urlencode([*plain, ("jarjestys", "uusin")])
    return [
        (home(round_, query=urlencode(plain)), gettext("Kohdittain"), not asked.newest_first),
        (home(round_, query=newest), gettext("Uusimmat ensin"), asked.newest_first),
    ]


def state_words() -> dict[State, str]:
    """How far a comment has come, in words."""
    return {
        State.LEFT: gettext("Vastaamatta"),
        State.ASKED: gettext("Kysytty viranhaltijalta"),
        State.READY: gettext("Vastine luonnoksena"),
        State.ANSWERED: gettext("Vastine julkaistu"),
    }


Options = list[tuple[str, str, bool]]


def _fields(agreement: Agreement, round_: Round, desk: Desk, asked: Narrowed) -> list[tuple[str, str, Options]]:
    """The filter: the name of each field, its label, and what can be chosen: only what somebody has said, or is."""
    only, there = asked.only, desk.board.values
    spots = {each: spot_words(spot) for each, spot in desk.spots.items()}
    said: dict[Any, Any] = {**words.COMMENT_KINDS, **words.STANCES}
    sectors = {each.id: each.name(language()) for each in organisations.sectors_of(agreement)}
    kinds: dict[Any, Any] = {**words.ORGANISATION_KINDS, **words.BODY_KINDS}

    def options(named: Mapping[Any, Any], seen: set[Any], chosen: object) -> Options:
        rest = [(_value(key), str(name), key == chosen) for key, name in named.items() if key in seen]
        return [("", gettext("Kaikki"), chosen is None), *rest]

    return [
        ("tila", gettext("Tilanne"), options(state_words(), set(State), only.state)),
        ("kohta", gettext("Kohta"), options(spots, there("spot_id"), only.spot_id)),
        ("laji", _kind_label(round_), options(said, there("kind") | there("stance"), only.said)),
        ("toimiala", gettext("Toimiala"), options(sectors, there("sector_id"), only.sector_id)),
        ("vastaaja", gettext("Vastaajan laji"), options(kinds, there("respondent"), only.respondent)),
        ("kanava", gettext("Kanava"), options(words.CHANNELS, there("channel"), only.channel)),
    ]


def _chips(round_: Round, asked: Narrowed, fields: list[tuple[str, str, Options]]) -> list[tuple[str, str]]:
    """What the list is narrowed to, each with the address of the list without it."""
    told = parse_qsl(asked.query)
    return [
        (home(round_, query=urlencode([each for each in told if each[0] != name])), f"{label}: {chosen}")
        for name, label, options in fields
        for value, chosen, is_now in options
        if is_now and value
    ]


def _value(key: Any) -> str:
    return str(getattr(key, "value", key))


def _kind_label(round_: Round) -> str:
    return gettext("Kanta") if is_consultation(round_) else gettext("Kommentin laji")


def _groups(agreement: Agreement, round_: Round, shown: Sequence[Item], newest_first: bool) -> list[Group]:
    found, people = responses.listed(item.first.id for item in shown), names_in(shown)
    names = state_words()
    groups: list[Group] = []
    for item in shown:
        heading = spot_words(item.spot)
        if not groups or groups[-1].heading != heading:
            groups.append(Group(f"ryhma-{item.first.id}", heading, []))
        groups[-1].entries.append(_entry(agreement, round_, item, found[item.first.id], people, names))
    return groups


def _entry(
    agreement: Agreement,
    round_: Round,
    item: Item,
    remark: Listed,
    people: Mapping[UUID, str],
    names: Mapping[State, str],
) -> Entry:
    state = names[item.state]
    if item.disposition is not None:
        state = f"{state}: {str(words.DISPOSITIONS[item.disposition]).lower()}"
    tone = {State.LEFT: "comment", State.ASKED: "reopen", State.READY: "change", State.ANSWERED: "agreed"}[item.state]
    return Entry(
        id=str(item.first.id),
        said=said_view(agreement, remark, respondents(round_, item.rows, people)),
        state=state,
        tone=tone,
        response=home(round_, item.response_id) if item.response_id else "",
        can_answer=item.state is State.LEFT,
    )
