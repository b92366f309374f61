"""A small agreement and the people around it, for the tests of what they are told."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus import accounts, agreements, comments, members, notifications
from kumppanuus.agreements import Agreement, AgreementKind, Clause, Side
from kumppanuus.comments import CommentKind
from kumppanuus.db import db
from kumppanuus.ledger import Entry
from kumppanuus.members import Role, SpeaksFor
from kumppanuus.notifications import Notice


class Table:
    """A small agreement and the people around it."""

    def __init__(self) -> None:
        self.mikko = accounts.find_or_add("mikko@example.fi", "Mikko Mäki", by=None).id
        self.agreement: Agreement = agreements.start(
            title="Sopimus",
            kind=AgreementKind.PARTNERSHIP_AGREEMENT,
            authority_name="Alue",
            body_name="Pöytä",
            from_model=False,
            by=self.mikko,
        )
        members.begin(self.agreement, db.session.get_one(accounts.User, self.mikko), side=None, by=self.mikko)
        self.riikka = self.add("riikka", Role.OFFICIAL, Side.AUTHORITY, is_approver=True)
        self.aino = self.add("aino", Role.REPRESENTATIVE, Side.ORGANISATIONS)
        self.outi = self.add("outi", Role.READER, None)
        chapter = agreements.add_section(self.agreement, title="Luku", by=self.mikko)
        self.clause: Clause = agreements.add_clause(chapter, title="Kulut", text="Alue maksaa kulut.", by=self.mikko)
        self.section = chapter.id
        self.people = {self.mikko: "mikko", self.riikka: "riikka", self.aino: "aino", self.outi: "outi"}

    def add(self, name: str, role: Role, side: Side | None, *, is_approver: bool = False) -> UUID:
        found = members.add(
            self.agreement,
            address=f"{name}@example.fi",
            name=name.capitalize(),
            role=role,
            side=side,
            is_approver=is_approver,
            by=self.mikko,
        )
        return found.user_id

    def told(self) -> dict[str, str]:
        """Who is told of the last entry, and why."""
        db.session.commit()
        notifications.gather()
        last = db.session.scalars(select(sa.func.max(Entry.number)).where(Entry.chain_id == self.agreement.id)).one()
        rows = db.session.execute(select(Notice.user_id, Notice.why).where(Notice.number == last))
        return {self.people[user]: why.value for user, why in rows}

    def say(self, by: UUID, text: str = "Entä junaliput?", kind: CommentKind = CommentKind.CONCERN) -> comments.Comment:
        return comments.add(
            comments.thread_of(self.clause), text=text, kind=kind, speaks_for=SpeaksFor.SELF, by=self.member(by)
        )

    def member(self, user: UUID) -> members.Member:
        found = members.of(self.agreement.id, user)
        assert found is not None
        return found
