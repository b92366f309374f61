"""What a summary of a round is made of, read once: the counts, everything that was said, what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from kumppanuus import agreements, statements, summaries
from kumppanuus.agreements import Placed
from kumppanuus.rounds import Round
from kumppanuus.statements import Part
from kumppanuus.summaries import Respondent, Silent, Summary, Told, Written


@dataclass(frozen=True)
class Changed:
    """A clause whose wording is not the one that was asked about; one of the two is None where it was added or taken
    out."""

    before: Placed | None
    after: Placed | None

    @property
    def placed(self) -> Placed:
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, eq=False)
class Gathered:
    """Everything a summary tells. `texts` are what a person wrote, by their keys."""

    round: Round
    counts: Summary
    told: Sequence[Told]
    respondents: Sequence[Respondent]
    silent: Sequence[Silent]
    texts: dict[str, Written]
    parts: Sequence[Part]
    changes: Sequence[Changed]

    def text(self, key: str) -> str:
        """A text that a person wrote; empty if nobody has."""
        return self.texts[key].text if key in self.texts else ""

    @cached_property
    def by_place(self) -> dict[UUID, list[Told]]:
        """What was said, by place, without what was hidden."""
        found: dict[UUID, list[Told]] = {}
        for each in self.told:
            if not each.is_hidden:
                found.setdefault(each.place.id, []).append(each)
        return found

    @property
    def section_ids(self) -> list[UUID]:
        """The sections the round asked about."""
        return [part.chapter.id for part in self.parts if part.chapter is not None]


def gather(about: Round) -> Gathered:
    """Read all that the summary of a round tells, in as many queries however much was said."""
    return Gathered(
        round=about,
        counts=summaries.of(about),
        told=summaries.told(about),
        respondents=summaries.respondents(about),
        silent=summaries.silent(about.id),
        texts=summaries.texts(about),
        parts=statements.parts_of(about),
        changes=_changes(about),
    )


def _changes(about: Round) -> list[Changed]:
    """The clauses that were asked about and have another wording by now, in the order of the present text; those that
    are gone from it come last."""
    assert about.edition is not None, "a round that was opened has an edition"
    asked = about.section_ids
    was = agreements.outline_in(about.agreement, about.edition)
    then = {each.id: each for each in was.clauses() if not asked or each.section.id in asked}
    whole = agreements.outline(about.agreement, to_show=True)
    now = {each.id: each for each in whole.clauses() if each.id in then or not asked or each.section.id in asked}
    found = [
        Changed(then.get(key), each)
        for key, each in now.items()
        if key not in then or then[key].version.fingerprint != each.version.fingerprint
    ]
    return found + [Changed(each, None) for key, each in then.items() if key not in now]
