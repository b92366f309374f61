"""An agreement with three clauses, and four people who suggest and answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kumppanuus import accounts, agreements, approvals, ledger, members, suggestions
from kumppanuus.agreements import Agreement, AgreementKind, Clause, ClauseVersion, Section, Side
from kumppanuus.approvals import Approval
from kumppanuus.db import db
from kumppanuus.members import Member, Role
from kumppanuus.suggestions import Suggestion

AUTHORITY, ORGANISATIONS = Side.AUTHORITY, Side.ORGANISATIONS
TEXT = "Elin kokoontuu neljä kertaa vuodessa. Muistio julkaistaan viikon kuluessa."


@dataclass
class Scene:
    """Mikko coordinates, Riikka approves for the authority, Aino for the organisations, Pertti only suggests."""

    agreement: Agreement
    section: Section
    clauses: list[Clause]
    mikko: Member
    riikka: Member
    aino: Member
    pertti: Member

    @property
    def clause(self) -> Clause:
        return self.clauses[0]

    def suggest(self, old: str, new: str, *, by: Member | None = None, **rest: Any) -> Suggestion:
        """Suggest the wording in force with one stretch of it in other words."""
        current = self.clause.current
        assert old in current.text
        text = current.text.replace(old, new)
        return suggestions.write(
            self.clause, title=current.title, text=text, reason="Selkeämpi.", base=current, by=by or self.aino, **rest
        )

    def rewrite(self, old: str, new: str) -> ClauseVersion:
        """The coordinator writes one stretch of the wording in force in other words."""
        current = self.clause.current
        assert old in current.text
        text = current.text.replace(old, new)
        return agreements.rewrite(self.clause, title=current.title, text=text, base=current, by=self.mikko.user_id)

    def accept(self, suggestion: Suggestion, *, by: Member | None = None, approve: bool = False) -> ClauseVersion:
        """Accept a suggestion as a person does who sees what would come of it."""
        seen = suggestions.result(suggestion, suggestion.clause.current if suggestion.clause else None).fingerprint
        return suggestions.accept(suggestion, seen=seen, approve=approve, by=by or self.mikko)

    def approve(self, member: Member, clause: Clause | None = None) -> Approval:
        assert member.side is not None
        clause = clause or self.clause
        return approvals.give(clause, side=member.side, fingerprint=clause.current.fingerprint, by=member.user_id)

    def givers(self, clause: Clause | None = None) -> dict[Side, UUID]:
        """Who has approved the wording in force, by side."""
        return {side: each.given_by_id for side, each in approvals.standing(clause or self.clause).items()}

    def told(self, most: int = 1) -> list[tuple[str, UUID | None]]:
        """The newest entries of the record: what happened, and who did it."""
        return [(entry.kind, entry.actor_id) for entry in ledger.newest(self.agreement.id, most=most)]


def make_scene() -> Scene:
    """Make and commit it."""
    mikko = accounts.find_or_add("mikko@kumppanuus.example", "Mikko", by=None)
    agreement = agreements.start(
        title="Sopimus",
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Järvi-Suomen hyvinvointialue",
        body_name="Kumppanuuspöytä",
        from_model=False,
        by=mikko.id,
    )
    people = {"mikko": members.begin(agreement, mikko, side=None, by=mikko.id)}
    for name, role, side, is_approver in [
        ("Riikka", Role.OFFICIAL, AUTHORITY, True),
        ("Aino", Role.REPRESENTATIVE, ORGANISATIONS, True),
        ("Pertti", Role.REPRESENTATIVE, ORGANISATIONS, False),
    ]:
        people[name.lower()] = members.add(
            agreement,
            address=f"{name.lower()}@kumppanuus.example",
            name=name,
            role=role,
            side=side,
            is_approver=is_approver,
            organisation="Omaiset ry" if side is ORGANISATIONS else "",
            by=mikko.id,
        )
    section = agreements.add_section(agreement, title="Rakenne", by=mikko.id)
    clauses = [
        agreements.add_clause(section, title=title, text=text, by=mikko.id)
        for title, text in [("Kokoukset", TEXT), ("Kulut", "Kulut korvataan."), ("Muistio", "Muistio tehdään.")]
    ]
    db.session.commit()
    return Scene(agreement, section, clauses, **people)
