"""What is proposed and said, on its way into a document: suggestions as marked changes, comments beside the text.

Suggestions of one clause that change different words stand in its text together. One that competes with another for the
same words, or that must be merged by hand with what was written since, stands beside the text with its whole wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask_babel import gettext

from kumppanuus import comments, suggestions
from kumppanuus.agreements import Placed
from kumppanuus.comments import CommentKind, Said
from kumppanuus.db import HELSINKI
from kumppanuus.documents import redline
from kumppanuus.documents.days import plain_day
from kumppanuus.documents.lines import Kind, Line, Mark, lines_of
from kumppanuus.documents.model import Clause, Comment, Note, line
from kumppanuus.documents.redline import Edits
from kumppanuus.progress import Progress
from kumppanuus.suggestions import Shown
from kumppanuus.text import markup

EVERY = 10_000  # comments of one clause


def wording_lines(title: str, text: str) -> tuple[Line, ...]:
    """A wording as lines: the title, if there is one, and the text."""
    heading = [Line(Kind.HEADING, (line(title),))] if title else []
    return (*heading, *lines_of(markup.blocks(text)))


@dataclass(frozen=True, slots=True)
class _Beside:
    """A suggestion beside the text: with its wording where that does not stand in the text itself."""

    shown: Shown
    why: str = ""
    wording: str = ""


class Proposals:
    """The open suggestions and the comments of an agreement, read in four queries. Speaks the language in use."""

    def __init__(self, found: Progress) -> None:
        agreement = found.agreement
        current = {placed.id: placed.version for placed in found.outline.clauses()}
        self._open = suggestions.open_by_place(agreement)
        self._said = comments.with_talk_by_clause(agreement, current, me=None, most=EVERY)
        everything = [each for place in self._open.values() for each in place]
        self._talk = comments.talk_by_thread(each.thread_id for each in everything)
        self._kinds = comment_kinds()

    def tracked(self, clause: Clause, placed: Placed) -> Clause:
        """The clause with changes marked in it and comments, for formats that have both."""
        base = wording_lines(placed.title, placed.version.text)
        taken: list[tuple[Edits, Mark]] = []
        beside: list[_Beside] = []
        numbers: list[int] = []
        for each in self._of(placed):
            outcome = suggestions.result(each, placed.version)
            if not outcome.is_clean:
                why = gettext("Tekstiä on muutettu samasta kohdasta. Ehdotus pitää sovittaa yhteen.")
                beside.append(_Beside(each, why, _wording(each.title, each.text)))
                continue
            if each.kind is suggestions.Kind.REMOVAL:
                edits = Edits(gone=set(range(len(base))))
            else:
                edits = redline.edits(base, wording_lines(outcome.title, outcome.text))
            rival = next((n for n, (other, _mark) in zip(numbers, taken, strict=True) if edits.meets(other)), None)
            if rival is not None:
                why = gettext("Kilpailee ehdotuksen %(number)s kanssa.", number=rival)
                beside.append(_Beside(each, why, _wording(outcome.title, outcome.text)))
                continue
            taken.append((edits, _mark(each)))
            numbers.append(each.number)
            beside.append(_Beside(each))
        remarks = [self._remark(each) for each in beside]
        said = [self._comment(each) for each in self._said.get(placed.id, [])[::-1]]
        lines = redline.marked(base, taken) if taken else None
        return replace(clause, redline=lines, comments=(*remarks, *said))

    def noted(self, clause: Clause, placed: Placed) -> Clause:
        """The clause with what is proposed and said as notes under it, for formats that cannot track changes."""
        notes = [self._note(each) for each in self._of(placed)]
        for each in self._said.get(placed.id, [])[::-1]:
            notes += self._notes(each)
        return replace(clause, notes=tuple(notes))

    def additions(self, place_id: UUID, *, is_tracked: bool) -> list[Clause]:
        """The clauses that are to be added after a clause, or first in a section."""
        found = []
        for each in self._open.get(place_id, []):
            if each.kind is not suggestions.Kind.ADDITION or each.is_place_gone:
                continue
            clause = Clause(each.id.hex, f"ehdotus-{each.number}", "", "", ())
            if is_tracked:
                lines = redline.added(wording_lines(each.title, each.text), _mark(each))
                clause = replace(clause, redline=tuple(lines), comments=(self._remark(_Beside(each)),))
            else:
                clause = replace(clause, notes=(self._note(each),))
            found.append(clause)
        return found

    # ------------------------------------------------------------ pieces

    def _of(self, placed: Placed) -> list[Shown]:
        return [each for each in self._open.get(placed.id, []) if each.kind is not suggestions.Kind.ADDITION]

    def _remark(self, beside: _Beside) -> Comment:
        """A suggestion as a comment: which one it is, why it is proposed, its wording if that stands nowhere else."""
        each = beside.shown
        parts = [suggestion_heading(each), beside.why, each.reason, beside.wording]
        talk = self._talk.get(each.thread_id, [])
        replies = [reply for said in talk[::-1] for reply in (self._comment(said), *self._comment(said).replies)]
        return Comment(
            each.author.name,
            _local(each.written_at),
            "\n".join(filter(None, parts)),
            tuple(replace(reply, replies=()) for reply in replies),
        )

    def _comment(self, said: Said) -> Comment:
        """A comment with its replies; the answer that settled it is the last of them."""
        comment = said.comment
        replies = [Comment(each.author.name, _local(each.written_at), each.text) for each in said.replies]
        if comment.response:
            by = comment.handled_by.name if comment.handled_by else ""
            at = _local(comment.handled_at) if comment.handled_at else None
            replies.append(Comment(by, at, comment.response))
        return Comment(
            comment.author.name,
            _local(comment.written_at),
            self._text(comment.kind, comment.text),
            tuple(replies),
            is_done=comment.handled_at is not None,
        )

    def _text(self, kind: CommentKind | None, text: str) -> str:
        return f"{self._kinds[kind]}: {text}" if kind else text

    def _note(self, each: Shown) -> Note:
        heading = f"{suggestion_heading(each)} · {each.author.name} · {plain_day(each.written_at)}"
        wording = "" if each.kind is suggestions.Kind.REMOVAL else _wording(each.title, each.text)
        reason = gettext("Perustelu: %(reason)s", reason=each.reason) if wording else each.reason
        return Note(heading, "\n".join(filter(None, [wording, reason])))

    def _notes(self, said: Said) -> Iterable[Note]:
        comment = said.comment
        kind = f"{self._kinds[comment.kind]} · " if comment.kind else ""
        yield Note(f"{kind}{comment.author.name} · {plain_day(comment.written_at)}", comment.text)
        for each in said.replies:
            yield Note(
                gettext("Vastaus · %(name)s", name=f"{each.author.name} · {plain_day(each.written_at)}"), each.text
            )
        if comment.response and comment.handled_at:
            by = comment.handled_by.name if comment.handled_by else ""
            yield Note(gettext("Vastine · %(name)s", name=f"{by} · {plain_day(comment.handled_at)}"), comment.response)


def suggestion_heading(each: Shown) -> str:
    """Which suggestion it is, as a document calls it: "Muutosehdotus 4: kohdan poistaminen"."""
    match each.kind:
        case suggestions.Kind.REMOVAL:
            return str(gettext("Muutosehdotus %(number)s: kohta poistetaan", number=each.number))
        case suggestions.Kind.ADDITION:
            return str(gettext("Muutosehdotus %(number)s: uusi kohta", number=each.number))
    return str(gettext("Muutosehdotus %(number)s", number=each.number))


def comment_kinds() -> Mapping[CommentKind, str]:
    """The kinds of comments, in words of the language in use."""
    return {
        CommentKind.SUPPORT: gettext("Kannatan"),
        CommentKind.QUESTION: gettext("Kysymys"),
        CommentKind.CONCERN: gettext("Huoli"),
    }


def _wording(title: str, text: str) -> str:
    return f"{title}\n{text}" if title else text


def _mark(each: Shown) -> Mark:
    return Mark(each.author.name, _local(each.written_at))


def _local(moment: datetime) -> datetime:
    return moment.astimezone(HELSINKI)
