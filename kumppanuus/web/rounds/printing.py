"""Letters on paper, for those a round asks and no mail reaches: each with a number and a code to answer by."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from uuid import UUID

from flask import Response, make_response
from flask_babel import gettext

from kumppanuus import limits, rounds, summaries
from kumppanuus.agreements import Agreement
from kumppanuus.documents import asking
from kumppanuus.errors import Refused
from kumppanuus.rounds import Invitee, Round, RoundLink
from kumppanuus.web import errors, public_address
from kumppanuus.web.language import day
from kumppanuus.web.rounds.frame import at, screen
from kumppanuus.web.screen import me, my_member
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


@screen.deed(
    "/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut/<uuid:invitee>/kirje", may="letter.print", keeps_key=True
)
def print_letter(agreement: Agreement, round: Round, invitee: Invitee) -> Response:
    """A letter to one organisation as a PDF. The code before it ends; the same form gives the same letter again."""
    try:
        limits.spend(f"letters:{me().id}", limits.LETTERS)
        seed = secret_of_form("letter on paper", str(round.id)).encode()
        (printed,) = rounds.print_letters(round, [invitee], seed=seed, key=paper_key(), by=my_member())
    except Refused as refusal:
        return errors.refused(refusal)
    made = asking.letter(printed, public_address("/vastaa"))
    response = make_response(made.content)
    response.headers["Content-Type"] = made.mimetype
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


def paper_rows(round_: Round, invited: Iterable[Invitee], reached: Container[UUID]) -> list[PaperRow]:
    """The organisations that no mail reaches and that have neither answered nor declined, in the order given."""
    if not round_.takes_answers:
        return []
    printed = rounds.latest_letters(round_)
    silent = {each.id for each in summaries.silent(round_.id) if each.declined_at is None and not each.is_body}
    return [
        PaperRow(
            id=each.id,
            name=each.name,
            words=letter_words(printed[each.id]) if each.id in printed else "",
            url=f"{at(round_, 'kutsutut', each.id)}#kirje",
            action="" if each.id in printed else at(round_, "kutsutut", each.id, "kirje"),
        )
        for each in invited
        if each.id in silent and each.id not in reached
    ]


def letter_words(link: RoundLink) -> str:
    """Which letter somebody has."""
    number = rounds.spaced(link.number or "")
    return gettext("Kirje %(number)s tulostettu %(day)s.", number=number, day=day(link.made_at))
