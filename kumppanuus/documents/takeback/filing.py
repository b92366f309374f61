"""Filing what was written into a file: what is here already, and the rest as suggestions and comments.

Authors of the file are no members. Whoever brings the file files everything in a name of their own, and each suggestion
and comment says in its own words who wrote it in the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from flask_babel import force_locale, gettext

from kumppanuus import agreements, comments, suggestions
from kumppanuus.agreements import Agreement, Placed, Section
from kumppanuus.comments import Comment, CommentKind, Said, Thread
from kumppanuus.db import SHORT, db
from kumppanuus.documents import attribution
from kumppanuus.documents.proposals import EVERY, comment_kinds, suggestion_heading
from kumppanuus.documents.takeback.found import Found, Proposed, Remark, Returned
from kumppanuus.documents.takeback.wordings import same_words
from kumppanuus.errors import Refused
from kumppanuus.members import Member, SpeaksFor
from kumppanuus.suggestions import Kind, Shown


def key_of(place: int, number: int) -> str:
    """What stands for a proposal on a form: the place of its clause in the file, and its own among those."""
    return f"{place}-{number}"


class Known:
    """What of a file is here already. Reads the suggestions and comments of the agreement, in six queries."""

    def __init__(self, agreement: Agreement) -> None:
        whole = agreements.outline(agreement, to_show=True)
        self.placed = {placed.id: placed for placed in whole.clauses()}
        self.sections = whole.sections
        self._suggestions = [
            *suggestions.open_ones(agreement),
            *suggestions.decided(agreement, most=EVERY).shown,
        ]
        self.by_number = {each.number: each for each in self._suggestions}
        self._language = agreement.language.value
        with force_locale(self._language):
            self._kinds = comment_kinds()
            self._headings = {suggestion_heading(each): each for each in self._suggestions}
        current = {placed.id: placed.version for placed in self.placed.values()}
        talk = comments.talk_by_thread(each.thread_id for each in self._suggestions)
        self._of_suggestion = {each.number: talk.get(each.thread_id, []) for each in self._suggestions}
        self._of_clause = comments.with_talk_by_clause(agreement, current, me=None, most=EVERY)

    def suggestion(self, proposed: Proposed) -> Shown | None:
        """The suggestion that says the same, whatever became of it."""
        return next((each for each in self._suggestions if self._is_same(proposed, each)), None)

    def is_in_text(self, proposed: Proposed) -> bool:
        """Whether the words stand in the text already."""
        if proposed.kind is Kind.ADDITION:
            own = (p for p in self.placed.values() if p.section.id == proposed.section_id)
            return any(same_words((proposed.title, proposed.text), (p.title, p.version.text)) for p in own)
        placed = self.placed.get(proposed.clause_id) if proposed.clause_id else None
        if placed is None:
            return proposed.kind is Kind.REMOVAL
        words = (proposed.title, proposed.text)
        return proposed.kind is Kind.REWRITE and same_words(words, (placed.title, placed.version.text))

    def is_proposed(self, proposed: Proposed) -> bool:
        """Whether there is nothing left to file of it."""
        return self.suggestion(proposed) is not None or self.is_in_text(proposed)

    def _is_same(self, proposed: Proposed, each: Shown) -> bool:
        if proposed.kind is not each.kind:
            return False
        if each.kind is Kind.ADDITION:
            is_here = proposed.section_id == each.section_id
        else:
            is_here = proposed.clause_id == each.clause_id
        if not is_here or each.kind is Kind.REMOVAL:
            return is_here and (each.is_open or each.base is None or each.base.id == proposed.base_id)
        wordings = [(each.title, each.text)]
        placed = self.placed.get(each.clause_id) if each.clause_id else None
        if each.is_open and placed is not None:
            outcome = suggestions.result(each, placed.version)
            wordings.append((outcome.title, outcome.text))
        return any(same_words((proposed.title, proposed.text), wording) for wording in wordings)

    def said(self, remark: Remark, clause_id: UUID | None) -> Said | Shown | None:
        """The comment that says the same at this place, or the suggestion that an export told of in a comment."""
        told = self._headings.get(remark.text.partition("\n")[0])
        if told is not None and told.author.name == remark.author:
            return told
        texts = self._of(remark)
        for each in self._talk(remark, clause_id):
            if not texts.isdisjoint(self._texts(each)):
                return each
        return None

    def _of(self, remark: Remark) -> set[str]:
        """A comment of the file as it may be kept here."""
        with force_locale(self._language):
            return {_plain(remark.text), _plain(spoken(remark))}

    def resolved(self, remark: Remark, clause_id: UUID | None) -> Said | None:
        """The comment here that nobody has answered, if somebody resolved it in the file."""
        if not remark.is_done or remark.parent is not None:
            return None
        said = self.said(remark, clause_id)
        if not isinstance(said, Said) or said.comment.handled_at is not None:
            return None
        # A reply that lost what it replied to in the file resolves nothing.
        return None if self._of(remark).isdisjoint(self._first_texts(said)) else said

    def _talk(self, remark: Remark, clause_id: UUID | None) -> Iterable[Said]:
        """Everything said about a clause and what is suggested for it."""
        if clause_id is not None:
            yield from self._of_clause.get(clause_id, [])
        for each in self._suggestions:
            if each.number == remark.suggestion or (clause_id is not None and each.clause_id == clause_id):
                yield from self._of_suggestion[each.number]

    def _texts(self, said: Said) -> set[str]:
        later = {said.comment.response, *(reply.text for reply in said.replies)}
        return self._first_texts(said) | {_plain(text) for text in later if text}

    def _first_texts(self, said: Said) -> set[str]:
        """A comment as it is kept, and as an export prints it."""
        comment = said.comment
        texts = {_plain(comment.text)}
        return texts | {_plain(f"{self._kinds[comment.kind]}: {comment.text}")} if comment.kind else texts


@dataclass
class Filed:
    """What came of a file: how many suggestions, comments and answers, and what could not be filed, by the clause."""

    suggestions: int = 0
    comments: int = 0
    answers: int = 0
    refused: list[tuple[str, Refused]] = field(default_factory=list)


def file(
    found: Found,
    agreement: Agreement,
    *,
    chosen: Collection[str],
    kinds: Mapping[int, CommentKind],
    places: Mapping[int, UUID],
    settles: bool,
    speaks_for: SpeaksFor,
    reason: str,
    by: Member,
) -> Filed:
    """File what was chosen and is not here yet; what a verb refuses is left out and told.

    `chosen` are keys of proposals and numbers of remarks, `kinds` says what each remark is. `places` are sections for
    additions that may belong to any, by their place in the file. With `settles`, what was resolved in the file is
    answered here, too.
    """
    agreements.lock(agreement.id)
    known = Known(agreement)
    found = _put(found, places, known)
    with force_locale(agreement.language.value):
        return _Filing(found, agreement, known, kinds, settles, speaks_for, reason, by).done(chosen)


def _put(found: Found, places: Mapping[int, UUID], known: Known) -> Found:
    """The same with additions at the end of the sections that were chosen for them."""
    ends = {placed.section.id: placed.id for placed in known.placed.values()}
    returned = list(found.returned)
    for place, section_id in places.items():
        each = returned[place] if place < len(returned) else None
        if each is None or not each.asks_place or section_id in {one.section_id for one in each.proposed}:
            continue
        moved = [replace(one, section_id=section_id, after_id=ends.get(section_id)) for one in each.proposed]
        returned[place] = replace(each, proposed=moved)
    return replace(found, returned=returned)


class _Filing:
    def __init__(
        self,
        found: Found,
        agreement: Agreement,
        known: Known,
        kinds: Mapping[int, CommentKind],
        settles: bool,
        speaks_for: SpeaksFor,
        reason: str,
        by: Member,
    ) -> None:
        self._found, self._agreement, self._known = found, agreement, known
        self._settles = settles
        self._kinds, self._speaks_for, self._reason, self._by = kinds, speaks_for, reason.strip(), by
        self._filed = Filed()
        self._written: dict[int, Comment] = {}

    def done(self, chosen: Collection[str]) -> Filed:
        for place, each in enumerate(self._found.returned):
            for number, proposed in enumerate(each.proposed):
                if key_of(place, number) in chosen and not self._known.is_proposed(proposed):
                    self._try(each, lambda proposed=proposed: self._propose(proposed))
        remarks = [(each, remark) for each in self._found.returned for remark in each.remarks]
        for each, remark in sorted(remarks, key=lambda pair: pair[1].parent is not None):
            if str(remark.number) in chosen and self._known.said(remark, each.clause_id) is None:
                self._try(each, lambda each=each, remark=remark: self._say(each, remark))
        for each, remark in remarks if self._settles else ():
            if str(remark.number) in chosen and remark.is_done and remark.parent is None:
                self._try(each, lambda each=each, remark=remark: self._settle(each, remark))
        return self._filed

    def _try(self, each: Returned, act: object) -> None:
        assert callable(act)
        try:
            act()
        except Refused as refusal:
            placed = self._known.placed.get(each.clause_id) if each.clause_id else None
            self._filed.refused.append((placed.label if placed else "", refusal))

    def _propose(self, proposed: Proposed) -> None:
        reason = self._because(proposed)
        voice = {"reason": reason, "speaks_for": self._speaks_for, "by": self._by}
        if proposed.kind is Kind.ADDITION:
            section = db.session.get(Section, proposed.section_id)
            after = agreements.clause_by_id(proposed.after_id) if proposed.after_id else None
            if section is None or section.agreement_id != self._agreement.id:
                raise suggestions.BaseGone()
            if after is not None and (after.section_id != section.id or after.is_removed):
                after = None
            words = {"title": proposed.title, "text": proposed.text}
            suggestions.write_addition(section, after=after, **words, **voice)  # type: ignore[arg-type]  # each value fits its name
        else:
            clause = agreements.clause_by_id(proposed.clause_id) if proposed.clause_id else None
            base = agreements.version_by_id(proposed.base_id) if proposed.base_id else None
            if clause is None or clause.agreement_id != self._agreement.id:
                raise agreements.Removed()
            if proposed.kind is Kind.REMOVAL:
                suggestions.write_removal(clause, base=base, **voice)  # type: ignore[arg-type]  # as above
            else:
                words = {"title": proposed.title, "text": proposed.text}
                suggestions.write(clause, base=base, **words, **voice)  # type: ignore[arg-type]  # as above
        self._filed.suggestions += 1

    def _because(self, proposed: Proposed) -> str:
        """Why it is proposed, in the person's words and with the name of who wrote it in the file."""
        if proposed.author == self._by.user.name:
            said = gettext("Kirjoitettu tuotuun tiedostoon.")
        elif proposed.author or proposed.at:
            said = attribution.reason(proposed.author, proposed.at)
        else:
            said = gettext("Muutettu tuodussa tiedostossa ilman muutosmerkintää.")
        room = SHORT - len(said) - 2
        return f"{self._reason[:room]}\n\n{said}" if self._reason else said

    def _say(self, each: Returned, remark: Remark) -> None:
        text = remark.text if remark.author == self._by.user.name else spoken(remark)
        text = text[: comments.LONGEST]
        voice = {"speaks_for": self._speaks_for, "by": self._by}
        parent = self._parent(each, remark)
        if isinstance(parent, Comment):
            comment = comments.reply(parent, text=text, **voice)  # type: ignore[arg-type]  # each value fits its name
        else:
            kind = self._kinds.get(remark.number) or attribution.usual_kind(remark.text)
            placed = self._known.placed.get(each.clause_id) if each.clause_id else None
            thread = parent or self._thread(each, remark, placed)
            clause = placed and parent is None and agreements.clause_by_id(placed.id)
            version = clause.current if clause else None
            comment = comments.add(thread, text=text, kind=kind, version=version, **voice)  # type: ignore[arg-type]  # as above
        self._written[remark.number] = comment
        self._filed.comments += 1

    def _settle(self, each: Returned, remark: Remark) -> None:
        """Answer a comment that was resolved in the file, if nobody has answered it here."""
        said = None if remark.number in self._written else self._known.resolved(remark, each.clause_id)
        comment = self._written.get(remark.number) or (comments.by_id(said.comment.id) if said else None)
        if comment is None or comment.parent_id is not None:
            return
        response = "\n\n".join(filter(None, [self._reason[: SHORT // 2], gettext("Ratkaistu tuodussa tiedostossa.")]))
        comments.settle(comment, response=response, by=self._by.user_id)
        self._filed.answers += 1

    def _parent(self, each: Returned, remark: Remark) -> Comment | Thread | None:
        """What a reply is a reply to: a comment that was filed with it or is here, or a suggestion's thread."""
        if remark.parent is None:
            return None
        if remark.parent in self._written:
            written = self._written[remark.parent]
            return comments.by_id(written.parent_id) if written.parent_id else written
        over = next((r for r in each.remarks if r.number == remark.parent), None)
        said = self._known.said(over, each.clause_id) if over else None
        if isinstance(said, Shown):
            return db.session.get(Thread, said.thread_id)
        return comments.by_id(said.comment.id) if said else None

    def _thread(self, each: Returned, remark: Remark, placed: Placed | None) -> Thread:
        """The thread of the clause, or of the suggestion of a new one."""
        if placed is not None:
            clause = agreements.clause_by_id(placed.id)
            assert clause is not None
            return comments.thread_of(clause)
        suggestion = self._known.by_number.get(remark.suggestion) if remark.suggestion else None
        if suggestion is None:
            suggestion = next(filter(None, map(Known(self._agreement).suggestion, each.proposed)), None)
        if suggestion is None:
            raise comments.Closed()
        return db.session.get_one(Thread, suggestion.thread_id)


def spoken(remark: Remark) -> str:
    """A comment in the words it is kept in."""
    return "\n\n".join(attribution.spoken(remark.author, remark.at, remark.about, remark.text))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
