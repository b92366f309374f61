"""What the modules of this screen stand on: the screen, the desk an answer is written at, and words."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext

from kumppanuus import accounts, statements
from kumppanuus.agreements import Agreement
from kumppanuus.comments import CommentKind
from kumppanuus.documents.answers import CHANNELS, STANCES
from kumppanuus.rounds import Invitee, Round, RoundKind, RoundLink
from kumppanuus.statements import Part, Place, Said, Stance, Statement, Written
from kumppanuus.web import words
from kumppanuus.web.forms import new_key
from kumppanuus.web.screen import Parts, Screen

screen = Screen("statements", __name__)
parts = Parts("statements/parts.html")


def round_name(round_: Round) -> str:
    """A round as it is called: "Kommentointikierros 2", "Lausuntokierros 2"."""
    if round_.kind is RoundKind.CONSULTATION:
        return gettext("Lausuntokierros %(number)s", number=round_.number)
    return gettext("Kommentointikierros %(number)s", number=round_.number)


def is_consultation(round_: Round) -> bool:
    """Whether formal statements are asked for."""
    return round_.kind is RoundKind.CONSULTATION


@dataclass
class Desk:
    """Where one answer is written: by a link (`link`, or the one of the answer itself), or by somebody signed in.

    `url` is the address its pages stand under. `statement` is None until something is kept; by the link of a network it
    is then begun with a link of its own, of which `own` is the secret.
    """

    round: Round
    url: str
    statement: Statement | None = None
    invitee: Invitee | None = None
    link: RoundLink | None = None
    by: UUID | None = None
    is_public: bool = False
    own: str = ""

    @property
    def agreement(self) -> Agreement:
        return self.round.agreement

    @cached_property
    def parts(self) -> list[Part]:
        return statements.parts_of(self.round, section_id=self.link.section_id if self.link else None)

    @cached_property
    def written(self) -> dict[Place, Written]:
        """What stands in the answer by now."""
        return statements.written_in(self.statement) if self.statement else {}

    @cached_property
    def _writers(self) -> dict[UUID, str]:
        """Names of those who wrote what is not sent yet, in one query."""
        return accounts.names(each.writer_id for each in self.written.values() if each.is_unsent and each.writer_id)

    def writer_of(self, standing: Written) -> str:
        """Who wrote what is not sent yet; empty if that is not known."""
        return self._writers.get(standing.writer_id, "") if standing.is_unsent and standing.writer_id else ""

    def part(self, number: int) -> Part | None:
        return next((each for each in self.parts if each.number == number), None)

    def said(self, part: Part) -> list[Said]:
        """What is said on a page, where something is."""
        found = [self.written[place].said for place in part.places if place in self.written]
        return [each for each in found if not each.is_nothing]

    @property
    def is_sent(self) -> bool:
        return self.statement is not None and self.statement.is_sent

    @property
    def has_unsent(self) -> bool:
        """Whether something stands there that was not sent."""
        return any(each.is_unsent for each in self.written.values())

    @property
    def is_recorded(self) -> bool:
        """Whether somebody writes it down for another."""
        return self.statement is not None and self.statement.recorded_by_id is not None

    @property
    def knows_voice(self) -> bool:
        """Whether it is known in whose name it is: of who was asked, or of an organisation whose members began it."""
        return self.invitee is not None or (self.statement is not None and self.statement.is_unasked)

    @property
    def in_name(self) -> str:
        """Whose answer it is, if that is known."""
        if self.invitee is not None:
            return self.invitee.name
        if self.statement is None:
            return ""
        return statements.name_of(self.statement) or self.statement.giver_name

    def begin(self) -> Statement:
        """The answer, made now if there is none yet. Refuses like `statements.begin`."""
        if self.statement is None and self.own and self.link is not None:
            self.statement = statements.begin_by_link(self.link, self.own)
            self.url = f"/vastaukset/{self.own}"
        elif self.statement is None:
            self.statement = statements.begin(self.round, invitee=self.invitee, link=self.link, by=self.by)
        return self.statement

    def forget_read(self) -> None:
        """Read anew what stands in the answer when it is next asked for."""
        for name in ("written", "_writers"):
            self.__dict__.pop(name, None)


def part_title(part: Part) -> str:
    """A page of an answer by its name."""
    return words.section_title(part.chapter) if part.chapter else gettext("Koko sopimus")


def kind_words(said: Said) -> str:
    """The kind or the stance of what is said, in words; empty if there is none."""
    if said.stance is not None:
        return str(STANCES[said.stance])
    return str(words.COMMENT_KINDS[said.kind]) if said.kind is not None else ""


# The colour and the drawing that goes with a kind or a stance, as with comments.
TONES: dict[Any, tuple[str, str]] = {
    CommentKind.SUPPORT: ("yes", "tick"),
    CommentKind.QUESTION: ("ask", "q"),
    CommentKind.CONCERN: ("worry", "warn"),
    Stance.SUPPORTS: ("yes", "tick"),
    Stance.SUPPORTS_WITH_REMARKS: ("ask", "comment"),
    Stance.OPPOSES: ("worry", "warn"),
    Stance.NOTHING_TO_STATE: ("", "draft"),
}


def tone_of(said: Said) -> tuple[str, str]:
    """The colour and the drawing of what is said."""
    return TONES.get(said.stance or said.kind, ("", "comment"))


def paper_key() -> bytes:
    """The key by which the codes of letters on paper are kept."""
    return str(current_app.secret_key).encode()


def secret_of_form(*about: str) -> str:
    """A secret for a link that a form makes. The same form gives the same one, so that a second press leads to the link
    of the first; nobody can make it without the key of the installation."""
    key = request.form.get("form_key") or new_key()
    made = hmac.digest(str(current_app.secret_key).encode(), "\n".join((*about, key)).encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


__all__ = [
    "CHANNELS", "STANCES", "Desk", "is_consultation", "kind_words", "paper_key", "part_title", "parts", "round_name",
    "screen", "secret_of_form", "tone_of",
]  # fmt: skip
