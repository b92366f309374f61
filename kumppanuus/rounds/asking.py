"""Asking: a round is drafted, opened on a frozen text, extended and closed, and its news are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from kumppanuus import agreements, ledger
from kumppanuus.agreements import Agreement
from kumppanuus.db import LINE, LONG, SHORT, db, helsinki_day, line, now, today, written
from kumppanuus.rounds import events
from kumppanuus.rounds.refusals import (
    NewsChanged,
    NoText,
    NothingAsked,
    NotInText,
    NotLater,
    NotOpened,
    OpenedAlready,
    PastDay,
    RequestChanged,
    RoundClosed,
    TooManyQuestions,
)
from kumppanuus.rounds.tables import Invitee, Round, RoundKind, RoundQuestion, RoundSection
from kumppanuus.text import markup

WINDOW = timedelta(weeks=6)  # how long a round is open if nobody says otherwise
MOST_QUESTIONS = 100


@dataclass(frozen=True)
class Asked:
    """A question of a round, about one section or the whole."""

    text: str
    section_id: UUID | None = None


@dataclass(frozen=True)
class Request:
    """What a round asks. The four texts are in the subset of Markdown that clauses know; no section is all of them."""

    title: str
    last_day: date
    kind: RoundKind = RoundKind.COMMENT_ROUND
    background: str = ""
    aims: str = ""
    attention: str = ""
    contact: str = ""
    section_ids: tuple[UUID, ...] = ()
    questions: tuple[Asked, ...] = ()


TEXTS = ("background", "aims", "attention", "contact")


def make(agreement: Agreement, request: Request, *, by: UUID) -> Round:
    """Draft a round. Nobody is asked yet.

    Refuses `Empty` (a title is needed), `TooLong`, `Unwritable`, `agreements.TooComplex`, `NotInText`,
    `TooManyQuestions`.
    """
    kept = clean(request)
    ledger.lock(agreement.id)
    _require_in_text(agreement, kept)
    newest = db.session.scalar(select(func.max(Round.number)).where(Round.agreement_id == agreement.id))
    round_ = Round(agreement_id=agreement.id, number=(newest or 0) + 1)
    round_.agreement = agreement
    _write(round_, kept)
    db.session.add(round_)
    db.session.flush()
    ledger.record(events.RoundMade(round_id=round_.id, round=round_.number), chain=agreement.id, by=by)
    return round_


def change(round_: Round, request: Request, *, drawn_from: str, by: UUID) -> None:
    """Change what a draft asks. `drawn_from` is the `request_state` that the form showed.

    Refuses `OpenedAlready`, `RequestChanged` and what `make` refuses.
    """
    kept = clean(request)
    hold(round_)
    require_draft(round_)
    if drawn_from != round_.request_state:
        raise RequestChanged(field="title")
    _require_in_text(round_.agreement, kept)
    _write(round_, kept)
    ledger.record(events.RoundChanged(round_id=round_.id, round=round_.number), chain=round_.agreement_id, by=by)


def discard(round_: Round, *, by: UUID) -> None:
    """Throw a draft away. Refuses `OpenedAlready`."""
    hold(round_)
    require_draft(round_)
    event = events.RoundDiscarded(round_id=round_.id, title=round_.title)
    db.session.execute(delete(Invitee).where(Invitee.round_id == round_.id))
    db.session.delete(round_)
    ledger.record(event, chain=round_.agreement_id, by=by)


def open_(round_: Round, *, edition: str, drawn_from: str, by: UUID) -> None:
    """Freeze the text under a name, ask about it, and count everybody on the list as invited now.

    `edition` is the name; an edition that has it and holds this very text is the one. The letters are the caller's.
    Refuses `OpenedAlready`, `RequestChanged`, `NothingAsked`, `PastDay`, `NoText`, `NotInText`, and what
    `agreements.freeze` refuses.
    """
    hold(round_)
    require_draft(round_)
    if drawn_from != round_.request_state:
        raise RequestChanged()
    if not (round_.background or round_.aims):
        raise NothingAsked()
    if round_.last_day < today():
        raise PastDay()
    text = agreements.outline(round_.agreement, to_show=True)
    in_text = {placed.section.id for placed in text.clauses()}
    if not in_text or (round_.section_ids and not round_.section_ids <= in_text):
        raise NoText()
    frozen = agreements.put_edition(round_.agreement, edition, by=by)
    asked: list[RoundSection | RoundQuestion] = [*round_.scope, *round_.questions]
    moment = now()
    round_.edition, round_.opened_at, round_.opened_by_id = frozen, moment, by
    for each in asked:
        each.asked_at = moment
    invited = db.session.scalars(select(Invitee).where(Invitee.round_id == round_.id)).all()
    for invitee in invited:
        invitee.invited_at = moment
    event = events.RoundOpened(
        round_id=round_.id,
        round=round_.number,
        edition_id=frozen.id,
        edition=frozen.name,
        last_day=round_.last_day,
        invitees=len(invited),
    )
    ledger.record(event, round_, frozen, *asked, chain=round_.agreement_id, by=by)


def extend(round_: Round, *, last_day: date, by: UUID) -> None:
    """Give more time. An answer that was late when it came stays marked so.

    Refuses `NotOpened`, `RoundClosed`, `NotLater`, `PastDay`.
    """
    hold(round_)
    require_open(round_)
    if last_day <= round_.last_day:
        raise NotLater(field="last_day", last_day=round_.last_day)
    if last_day < today():
        raise PastDay(field="last_day")
    before, round_.last_day = round_.last_day, last_day
    event = events.RoundExtended(round_id=round_.id, round=round_.number, from_day=before, last_day=last_day)
    ledger.record(event, round_, chain=round_.agreement_id, by=by)


def close(round_: Round, *, by: UUID) -> None:
    """Close a round: from now on answers are refused, and its links lead nowhere. Refuses `NotOpened`,
    `RoundClosed`."""
    hold(round_)
    require_open(round_)
    round_.closed_at, round_.closed_by_id = now(), by
    event = events.RoundClosed(round_id=round_.id, round=round_.number)
    ledger.record(event, round_, chain=round_.agreement_id, by=by)


def write_news(round_: Round, *, headline: str, lead: str, drawn_from: str, by: UUID) -> None:
    """Write what a round tells, as a headline and a few sentences; both empty take the news away.

    `drawn_from` is the `news_state` that the form showed. Refuses `NotOpened`, `NewsChanged`, `TooLong`, `Unwritable`.
    """
    headline = line(headline, "headline", LINE, needed=False)
    lead = written(lead, "lead", SHORT, needed=False)
    hold(round_)
    if round_.is_draft:
        raise NotOpened()
    if drawn_from != round_.news_state:
        raise NewsChanged(field="headline")
    round_.headline, round_.lead = headline, lead
    event = events.NewsWritten(round_id=round_.id, round=round_.number)
    ledger.record(event, round_, chain=round_.agreement_id, by=by)


# ---------------------------------------------------------------- for the other verbs


def hold(round_: Round) -> None:
    """Wait for whoever else writes in the agreement, and read the round anew."""
    ledger.lock(round_.agreement_id)
    db.session.refresh(round_)


def require_draft(round_: Round) -> None:
    """Refuse `OpenedAlready` unless the round is a draft."""
    if not round_.is_draft:
        raise OpenedAlready()


def require_open(round_: Round) -> None:
    """Refuse `NotOpened` or `RoundClosed` unless the round takes answers, in time or late.

    The caller holds the chain of the agreement and has read the round since, as `hold` does.
    """
    if round_.is_draft:
        raise NotOpened()
    if round_.closed_at is not None:
        raise RoundClosed(on=helsinki_day(round_.closed_at))


# ---------------------------------------------------------------- what is kept


def clean(request: Request) -> Request:
    """A request as it is kept. Refuses `Empty`, `TooLong`, `Unwritable`, `agreements.TooComplex` and
    `TooManyQuestions`."""
    texts = {name: _text(getattr(request, name), name) for name in TEXTS}
    questions = tuple(
        Asked(text, each.section_id)
        for each in request.questions
        if (text := line(each.text, _field(each.section_id), needed=False))
    )
    if len(questions) > MOST_QUESTIONS:
        raise TooManyQuestions(field="questions", most=MOST_QUESTIONS)
    return Request(
        title=line(request.title, "title"),
        last_day=request.last_day,
        kind=request.kind,
        section_ids=tuple(dict.fromkeys(request.section_ids)),
        questions=questions,
        **texts,
    )


def request_of(round_: Round) -> Request:
    """What a round asks, as `change` takes it."""
    return Request(
        title=round_.title,
        last_day=round_.last_day,
        kind=round_.kind,
        section_ids=tuple(each.section_id for each in round_.scope),
        questions=tuple(Asked(each.text, each.section_id) for each in round_.questions),
        **{name: getattr(round_, name) for name in TEXTS},
    )


def _text(typed: str, field: str) -> str:
    kept = written(typed, field, LONG, needed=False)
    try:
        markup.check(kept)
    except markup.TooComplex:
        raise agreements.TooComplex(field=field) from None
    return kept


def _field(section_id: UUID | None) -> str:
    """The field of a form in which the questions about a section are written."""
    return f"questions_{section_id}" if section_id else "questions"


def _require_in_text(agreement: Agreement, kept: Request) -> None:
    named = {*kept.section_ids, *(each.section_id for each in kept.questions if each.section_id)}
    if named and not named <= {each.id for each in agreements.outline(agreement, to_show=True).sections}:
        raise NotInText(field="sections")


def _write(round_: Round, kept: Request) -> None:
    for name in ("title", "last_day", "kind", *TEXTS):
        setattr(round_, name, getattr(kept, name))
    there = {each.section_id: each for each in round_.scope}
    round_.scope = [there.get(each) or RoundSection(section_id=each) for each in kept.section_ids]
    round_.questions = [
        RoundQuestion(position=place, text=each.text, section_id=each.section_id)
        for place, each in enumerate(kept.questions, start=1)
    ]


# ---------------------------------------------------------------- the window


def troubles(first_day: date, last_day: date) -> Sequence[str]:
    """What makes a window hard for those who answer: "short" (under four weeks), "christmas" (some of 24.12.–6.1.),
    "july". Told, never forbidden."""
    found = ["short"] if last_day - first_day < timedelta(weeks=4) else []
    years = range(first_day.year - 1, last_day.year + 1)
    holidays = {
        "christmas": [(date(year, 12, 24), date(year + 1, 1, 6)) for year in years],
        "july": [(date(year, 7, 1), date(year, 7, 31)) for year in years],
    }
    for name, times in holidays.items():
        if any(first_day <= end and begin <= last_day for begin, end in times):
            found.append(name)
    return found
