"""What the pages of the desk share: the screen, addresses, the filter of an address, and how far the work has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import g, request
from flask_babel import gettext, ngettext

from kumppanuus import ledger, responses
from kumppanuus.comments import CommentKind
from kumppanuus.organisations import BodyKind, OrganisationKind
from kumppanuus.responses import Desk, Filter, Spot, State
from kumppanuus.rounds import Round, RoundKind
from kumppanuus.statements import Channel, On, Stance
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import Parts, Screen

screen = Screen("responses", __name__)
parts = Parts("responses/parts.html")

AT = "/sopimukset/<agreement>/kierrokset/<int:round>/vastineet"
ONE = f"{AT}/<uuid:response>"

# What the filter of an address may hold; everything else of an address is not carried along.
FIELDS = ("toimiala", "vastaaja", "laji", "kanava", "kohta", "tila", "jarjestys")

AnyWord = TypeVar("AnyWord", bound=StrEnum)


def home(round_: Round, *rest: object, query: str = "") -> str:
    """An address of the desk of a round."""
    return at(round_, "vastineet", *rest) + (f"?{query}" if query else "")


def desk_of(round_: Round) -> Desk:
    """Everything said in a round, as the record stood when the request first asked, and as the drafts stand now. A deed
    may have waited for another's since its address was read: it reads the record itself."""
    if "head_of_desk" not in g:
        is_look = request.method == "GET"
        g.head_of_desk = g.head if is_look else ledger.heads([round_.agreement_id]).get(round_.agreement_id, "")
    return responses.desk(round_, g.head_of_desk)


def forget_head() -> None:
    """Read the record anew when the desk is next asked for: something was released."""
    g.pop("head_of_desk", None)


@dataclass(frozen=True)
class Narrowed:
    """The filter of an address; an unknown word narrows nothing. `query` is it as an address carries it."""

    only: Filter
    newest_first: bool
    query: str

    @property
    def is_none(self) -> bool:
        return self.only == Filter()


def narrowed(args: Mapping[str, str] | None = None) -> Narrowed:
    """The filter in an address, or in what a form brought along."""
    given = request.args if args is None else args
    told = {name: given[name] for name in FIELDS if given.get(name)}
    only = Filter(
        sector_id=_id(told.get("toimiala")),
        respondent=_word(OrganisationKind, told.get("vastaaja")) or _word(BodyKind, told.get("vastaaja")),
        said=_word(CommentKind, told.get("laji")) or _word(Stance, told.get("laji")),
        channel=_word(Channel, told.get("kanava")),
        spot_id=_id(told.get("kohta")),
        state=_word(State, told.get("tila")),
    )
    return Narrowed(only, told.get("jarjestys") == "uusin", urlencode(told))


def _word(kind: type[AnyWord], text: str | None) -> AnyWord | None:
    return next((each for each in kind if each.value == text), None)


def _id(text: str | None) -> UUID | None:
    found = ids(text or "")
    return found[0] if found else None


def ids(text: str) -> list[UUID]:
    """Ids with blanks between; what is none is left out."""
    found = []
    for word in text.split():
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return found


# ---------------------------------------------------------------- words


def spot_words(spot: Spot) -> str:
    """What was spoken of: "3.4 Kokoukset", "Koko luku: 3 Yhteistyörakenne", "Koko sopimus", the words of a question."""
    if spot.on is On.WHOLE:
        return gettext("Koko sopimus")
    if spot.on is On.QUESTION:
        return spot.title
    if spot.on is On.CLAUSE:
        return f"{spot.label} {spot.title}".strip()
    if spot.is_annex:
        return gettext("Koko liite: %(number)s %(title)s", number=spot.label, title=spot.title)
    return gettext("Koko luku: %(number)s %(title)s", number=spot.label, title=spot.title)


def is_consultation(round_: Round) -> bool:
    """Whether stances are asked, and not kinds."""
    return round_.kind is RoundKind.CONSULTATION


@dataclass(frozen=True)
class Progress:
    """How far the answering has come, in words. `release` is the address where what is ready is released, if any."""

    left: str
    others: str
    release: str
    ready: int


def progress(round_: Round, desk: Desk) -> Progress:
    counts = desk.counts()
    total, left = len(desk.rows), counts[State.LEFT]
    told = [
        (counts[State.ASKED], gettext("kysytty viranhaltijalta")),
        (counts[State.READY], gettext("luonnoksena")),
        (counts[State.ANSWERED], gettext("julkaistu")),
    ]
    words = left_words(left, counts[State.ASKED], total)
    others = ", ".join(f"{each} {count}" for count, each in told if count)
    ready = len({each.id for each in desk.drafts.values() if each.disposition})
    return Progress(words, others, home(round_, "julkaisu") if ready else "", ready)


def left_words(left: int, asked: int, total: int) -> str:
    """How much waits for a response: "Vastaamatta 212 kommenttia, yhteensä 300"."""
    if not total:
        return gettext("Kommentteja ei ole tullut.")
    if not left and asked:
        return ngettext(
            "Viranhaltijan vastausta odottaa %(num)s kommentti, yhteensä %(total)s",
            "Viranhaltijan vastausta odottaa %(num)s kommenttia, yhteensä %(total)s",
            asked,
            total=total,
        )
    if not left:
        return ngettext("Ainoaan kommenttiin on vastine", "Kaikkiin %(num)s kommenttiin on vastine", total)
    return ngettext(
        "Vastaamatta %(num)s kommentti, yhteensä %(total)s", "Vastaamatta %(num)s kommenttia, yhteensä %(total)s", left,
        total=total,
    )  # fmt: skip


def joined(ids_of: Iterable[UUID]) -> str:
    """Ids as a form carries them."""
    return " ".join(map(str, ids_of))
