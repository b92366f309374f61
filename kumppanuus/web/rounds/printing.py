"""Letters on paper, for those a round asks and no mail reaches: each with a number and a code to answer by."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from flask_babel import gettext

from kumppanuus import limits, rounds, summaries
from kumppanuus.agreements import Agreement
from kumppanuus.documents import asking
from kumppanuus.errors import Refused
from kumppanuus.rounds import Invitee, Round, RoundLink
from kumppanuus.text.collation import sort_key
from kumppanuus.web import errors, public_address
from kumppanuus.web.language import day
from kumppanuus.web.rounds.frame import at, ids_of, screen
from kumppanuus.web.screen import attachment, me, my_member
from kumppanuus.web.statements.frame import paper_key, secret_of_form


@dataclass(frozen=True)
class PaperRow:
    """Somebody who gets the request on paper. `action` prints the first letter; of another one `url` tells first what
    becomes of the one before."""

    id: UUID
    name: str
    words: str
    url: str
    action: str
    letter: UUID | None = None  # the one that was printed


@screen.deed(
    "/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut/<uuid:invitee>/kirje", may="letter.print", keeps_key=True
)
def print_letter(agreement: Agreement, round: Round, invitee: Invitee) -> Response:
    """A letter to one organisation as a PDF; the one before it ends if the form told of it."""
    return _printed(round, [invitee], most=1)


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut/kirjeet", may="letter.print", keeps_key=True)
def print_letters(agreement: Agreement, round: Round) -> Response:
    """Letters to all that no mail reaches in one PDF: to those who have none, or with the other button anew."""
    invited = sorted(rounds.invitees(round), key=lambda each: sort_key(each.name))
    reached, silent = rounds.recipients(invited), _silent(round)
    return _printed(round, [each for each in invited if each.id in silent and each.id not in reached], most=asking.MANY)


def _printed(round_: Round, invitees: Sequence[Invitee], *, most: int) -> Response:
    """The file, or why there is none. The same form gives the same letters again."""
    try:
        limits.spend(f"letters:{me().id}", limits.LETTERS)
        printed = rounds.print_letters(
            round_,
            invitees,
            replacing=ids_of("korvattava") if "uudelleen" in request.form else (),
            most=most,
            seed=secret_of_form("letter on paper", str(round_.id)).encode(),
            key=paper_key(),
            by=my_member(),
        )
    except Refused as refusal:
        return errors.refused(refusal)
    made = asking.letters(round_, printed, public_address("/vastaa"))
    return attachment(made.name, made.mimetype, made.content)


def paper_rows(round_: Round, invited: Iterable[Invitee], reached: Container[UUID]) -> list[PaperRow]:
    """The organisations that no mail reaches and that have neither answered nor declined, in the order given."""
    if not round_.takes_answers:
        return []
    printed, silent = rounds.latest_letters(round_), _silent(round_)
    return [
        PaperRow(
            id=each.id,
            name=each.name,
            words=letter_words(printed[each.id]) if each.id in printed else "",
            url=f"{at(round_, 'kutsutut', each.id)}#kirje",
            letter=printed[each.id].id if each.id in printed else None,
            action="" if each.id in printed else at(round_, "kutsutut", each.id, "kirje"),
        )
        for each in invited
        if each.id in silent and each.id not in reached
    ]


def _silent(round_: Round) -> set[UUID]:
    """The organisations that have neither answered nor declined, as invitees."""
    return {each.id for each in summaries.silent(round_.id) if each.declined_at is None and not each.is_body}


def letter_words(link: RoundLink) -> str:
    """Which letter somebody has."""
    number = rounds.spaced(link.number or "")
    return gettext("Kirje %(number)s tulostettu %(day)s.", number=number, day=day(link.made_at))
