"""Everybody who can stand before a door of the demo world, and real ids for every address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from kumppanuus import (
    accounts,
    agreements,
    feedback,
    jobs,
    members,
    notifications,
    organisations,
    responses,
    rounds,
    statements,
    suggestions,
)
from kumppanuus.agreements import Agreement, AgreementKind, Clause, Section, Side
from kumppanuus.comments import Comment, Thread
from kumppanuus.db import db, today, writing
from kumppanuus.documents import assemble
from kumppanuus.documents import intake as intakes
from kumppanuus.documents import takeback as takebacks
from kumppanuus.documents.archive import KeptArchive
from kumppanuus.members import Invitation, Member, Role
from kumppanuus.organisations import Body, Organisation, Search, Seat, Sector, Term
from kumppanuus.questions import Question
from kumppanuus.rounds import Invitee, Request, Round
from kumppanuus.suggestions import Suggestion
from kumppanuus.summaries import Publication
from kumppanuus.web.digests import stop_token

VISITOR = "visitor"
OUTSIDER = "outsider"
INVITED = "invited but not joined"
READER = "reader"
REPRESENTATIVE = "representative"
APPROVER = "approver"
OFFICIAL = "official"
COORDINATOR = "coordinator"
OTHER_COORDINATOR = "coordinator of another agreement"
REMOVED = "removed member"
DISABLED = "disabled account"

EVERYBODY = (
    VISITOR, OUTSIDER, INVITED, READER, REPRESENTATIVE, APPROVER, OFFICIAL, COORDINATOR, OTHER_COORDINATOR, REMOVED,
    DISABLED,
)  # fmt: skip
MEMBERS = (READER, REPRESENTATIVE, APPROVER, OFFICIAL, COORDINATOR)
STRANGERS = (OUTSIDER, INVITED, OTHER_COORDINATOR, REMOVED)


@dataclass
class Cast:
    """People by role in one agreement; the disabled one was signed in before the account was closed."""

    people: dict[str, UUID | None]
    slug: str
    other_slug: str


def cast(app: Flask, world: Any) -> Cast:
    """Add to the demo world whoever is missing from it, with an agreement of somebody else."""
    with app.app_context(), writing():
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        by = world.mikko
        people: dict[str, UUID | None] = {VISITOR: None, OUTSIDER: world.eero, COORDINATOR: world.mikko}
        people |= {APPROVER: world.aino, OFFICIAL: world.riikka}
        wanted = [(READER, Role.READER, None), (REPRESENTATIVE, Role.REPRESENTATIVE, Side.ORGANISATIONS)]
        wanted += [(REMOVED, Role.COORDINATOR, None), (DISABLED, Role.COORDINATOR, None)]
        for name, role, side in wanted:
            address = f"{name.replace(' ', '-')}@kumppanuus.example"
            member = members.add(agreement, address=address, name=name, role=role, side=side, by=by)
            people[name] = member.user_id
            if name == REMOVED:
                members.end(member, by=by)
        guest = accounts.find_or_add("kutsuttu@kumppanuus.example", INVITED, by=None)
        invite(agreement, guest.address, by)
        people[INVITED] = guest.id
        suggest(agreement, world.aino)
        ask(agreement, by)
        people[OTHER_COORDINATOR], other_slug = start_elsewhere()
        slugs = (agreement.slug, other_slug)
        db.session.commit()
    return Cast(people, *slugs)


def start_elsewhere() -> tuple[UUID, str]:
    """Somebody who has nothing to do with the demo world starts an agreement; gives the person and its slug."""
    stranger = accounts.find_or_add("toinen@kumppanuus.example", "Toinen Koordinaattori", by=None)
    accounts.let_start_agreements(stranger)
    other = agreements.start(
        title="Toinen sopimus",
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        authority_name="Toinen alue",
        body_name="Toinen pöytä",
        from_model=True,
        by=stranger.id,
    )
    members.begin(other, stranger, side=None, by=stranger.id)
    return stranger.id, other.slug


def invite(agreement: Agreement, address: str, by: UUID) -> Invitation:
    """Invite somebody to read."""
    made = members.invite(agreement, members.guests(address), role=Role.READER, side=None, by=by)
    return made[0]


def suggest(agreement: Agreement, author: UUID) -> None:
    """Suggest other words for the first clause."""
    placed = next(agreements.outline(agreement).clauses())
    by = members.of(agreement.id, author)
    assert by is not None
    suggestions.write(
        placed.clause, title=placed.title, text="Toiset sanat.", reason="Selkeämpi.", base=placed.clause.current, by=by
    )


def ask(agreement: Agreement, by: UUID) -> None:
    """Open a round and send it to an organisation."""
    asked = rounds.make(agreement, Request(title="Kierros", last_day=today(), background="Tausta."), by=by)
    rounds.invite(asked, organisations=[organisations.search(agreement, Search()).rows[0].id], by=by)
    rounds.open_(asked, edition="kierros", drawn_from=asked.request_state, by=by)


def close_account(app: Flask, person: UUID) -> None:
    """Close an account while its browser is open."""
    with app.app_context(), writing():
        accounts.disable(db.session.get_one(accounts.User, person), by=None)
        db.session.commit()


def _brought(agreement: Agreement, author: UUID) -> tuple[UUID, UUID, UUID, UUID]:
    """A file that somebody has brought and a job has read, another job that waits, a file brought back, an archive."""
    with writing():
        kept = KeptArchive(agreement_id=agreement.id, user_id=author, file_name="a.zip", content=b"PK", size=2)
        db.session.add(kept)
        db.session.flush()
        archive = kept.id
        back, reading = takebacks.receive(agreement, "sopimus.docx", assemble.export(agreement, ".docx"), by=author)
        brought_back = back.id, reading.id
        intake, job = intakes.receive("sopimus.md", b"# Sopimus\n\n## Luku\n\nKohta.", by=author)
        waiting = jobs.add(intakes.READ, {"intake": str(intake.id)}, steps=3, by=author)
        found = intake.id, waiting.id, job.id
        db.session.commit()
    jobs.run(found[2])
    jobs.run(brought_back[1])
    return *found[:2], brought_back[0], archive


def _invited(agreement: Agreement, by: UUID) -> dict[str, Any]:
    """An invitation whose letter was sent, and one whose letter waits."""
    with writing():
        sent = invite(agreement, "lahetetty@kumppanuus.example", by)
        secret = members.make_invitation_link(sent)
        found = {"secret": secret, "invitation": invite(agreement, "odottava@kumppanuus.example", by).id}
        db.session.commit()
    return found


def answered(agreement: Agreement, author: UUID, by: UUID) -> dict[str, Any]:
    """An open round: the author's organisation writes an answer and has made a link, and one with a file came in."""
    with writing():
        member = members.of(agreement.id, author)
        assert member is not None
        assert member.organisation_id is not None
        request = rounds.Request("Mitä puuttuu?", today() + timedelta(days=42), background="Luonnos.")
        round_ = rounds.make(agreement, request, by=by)
        other = organisations.add(agreement, organisations.Details("Kaukaiset ry"), by=by)
        rounds.invite(round_, organisations=[member.organisation_id, other.id], by=by)
        rounds.open_(round_, edition="kysytty", drawn_from=round_.request_state, by=by)
        invited = {each.organisation_id: each for each in rounds.invitees(round_)}
        answer = statements.begin(round_, invitee=invited[member.organisation_id], by=author)
        link, _secret = rounds.make_link(round_, by=member)
        statement = statements.begin(round_, channel=statements.Channel.PAPER, by=by)
        part = statements.parts_of(round_)[0]
        said = {part.places[0]: statements.Said(text="Hyvä näin.")}
        statements.keep(statement, said, seen={}, parts=[part], by=by)
        file = statements.attach(statement, "lausunto.pdf", b"%PDF-1.7", by=by)
        statements.send(statement, statements.Giver("Olga", "olga@kumppanuus.example", named="Kulmakunta"), by=by)
        remark = next(iter(statement.remarks))
        official = next(each for each in members.everyone(agreement) if each.role is Role.OFFICIAL)
        response = responses.ask(round_, [remark.id], of=official, note="Mitä tästä?", by=by)
        found = {
            "response": response.id,
            "round": round_.number,
            "invitee": invited[member.organisation_id].id,
            "answer": answer.id,
            "statement": statement.id,
            "remark": remark.id,
            "file": file.id,
            "link": link.id,
            "token": rounds.personal_secret(invited[other.id]),
        }
        db.session.commit()
    return found


def _complained() -> UUID:
    """Somebody gives feedback."""
    with writing():
        given = feedback.give(
            "En löydä painiketta.", place="", reply_address="", language=accounts.Language.FI, by=None
        )
        db.session.commit()
    return given.id


def _calendar(member: Member) -> str:
    """Somebody has a calendar of their own."""
    with writing():
        secret = notifications.make_calendar(member.user)
        db.session.commit()
    return secret


def things(app: Flask, slug: str, author: UUID | None = None, by: UUID | None = None) -> dict[str, Any]:
    """A real value for every name that stands in an address, from one agreement; the comment and the suggestion, which
    is open, are the author's own, and `by` has brought a file."""
    with app.app_context():
        agreement = db.session.scalar(select(Agreement).where(Agreement.slug == slug))
        assert agreement is not None
        inside = {"agreement_id": agreement.id}
        clause = db.session.scalars(select(Clause).filter_by(**inside).order_by(Clause.position, Clause.id)).first()
        section = db.session.scalars(select(Section).filter_by(**inside).order_by(Section.position)).first()
        comment = db.session.scalars(
            select(Comment).join(Thread, Thread.id == Comment.thread_id).where(
                Thread.agreement_id == agreement.id,
                Comment.parent_id.is_(None),
                Comment.handled_at.is_(None),
                Comment.author_id == author if author else sa.true(),
                Comment.id.not_in(select(Comment.parent_id).where(Comment.parent_id.is_not(None))),
            ).order_by(Comment.written_at)
        ).first()  # fmt: skip
        member = db.session.scalars(
            select(Member).filter_by(**inside, role=Role.READER).where(Member.ended_at.is_(None))
        ).first()
        question = db.session.scalars(
            select(Question).filter_by(**inside).where(Question.number.is_not(None)).order_by(Question.number)
        ).first()
        candidate = db.session.scalars(
            select(Question).filter_by(**inside).where(Question.admitted_at.is_(None))
        ).first()
        suggestion = db.session.scalars(
            select(Suggestion).filter_by(**inside, status=suggestions.Status.OPEN).where(
                Suggestion.author_id == author if author else sa.true(), Suggestion.clause_id.is_not(None)
            ).order_by(Suggestion.number)
        ).first()  # fmt: skip
        organisation = db.session.scalars(
            select(Organisation).filter_by(**inside, removed_at=None).order_by(Organisation.name)
        ).first()
        asked = db.session.scalars(
            select(Round).filter_by(**inside, closed_at=None).where(Round.opened_at.is_not(None)).order_by(Round.number)
        ).first()
        sector = db.session.scalars(select(Sector).filter_by(**inside).order_by(Sector.position)).first()
        term = db.session.scalars(
            select(Term).join(Seat, Seat.id == Term.seat_id).join(Body, Body.id == Seat.body_id)
            .where(Body.agreement_id == agreement.id, Term.ended_at.is_(None), Term.ends_on.is_(None))
        ).first()  # fmt: skip
        invitee = db.session.scalars(
            select(Invitee).where(Invitee.round_id == asked.id if asked else sa.false()).order_by(Invitee.id)
        ).first()  # fmt: skip
        published = db.session.scalar(
            select(Round.number)
            .join(Publication, Publication.round_id == Round.id)
            .where(Round.agreement_id == agreement.id)
        )
        # Read before the next line, which may write.
        seat = {"body": term.seat.body_id, "seat": term.seat_id, "term": term.id} if term else {}
        held = {name: seat.get(name, uuid4()) for name in ("body", "seat", "term")}
        told = answered(agreement, author, by) if author and by else {}
        brought = _brought(agreement, author=by) if by else (uuid4(), uuid4(), uuid4(), uuid4())
        intake, job, takeback, archive = brought
        invited = _invited(agreement, by) if by else {}
        return {
            "intake": intake,
            "takeback": takeback,
            "archive": archive,
            "job": job,
            "organisation": organisation.id if organisation else uuid4(),
            "sector": sector.id if sector else uuid4(),
            **held,
            "invitee": invitee.id if invitee else uuid4(),
            "agreement": slug,
            "clause": clause.id if clause else uuid4(),
            "section": section.id if section else uuid4(),
            "comment": comment.id if comment else uuid4(),
            "member": member.id if member else uuid4(),
            "question": question.number if question else 1,
            "round": asked.number if asked else 1,
            "candidate": candidate.id if candidate else uuid4(),
            "suggestion": suggestion.id if suggestion else uuid4(),
            "number": suggestion.number if suggestion else 1,
            "slug": "1",
            "chapter": "1",
            "label": "1-1",
            "token": "x" * 43,
            "secret": "x" * 43,
            "invitation": uuid4(),
            "calendar": _calendar(member) if member and by else "x",
            "letter": stop_token(member.user_id) if member else "x",
            "part": 1,
            "form": "docx",
            **{each: uuid4() for each in ("answer", "statement", "remark", "response", "file", "link")},
            **told,
            **invited,
            "feedback": _complained() if by else uuid4(),
            "session_id": uuid4(),
            "identity_id": uuid4(),
            "name": "x",
            "filename": "kumppanuus.css",
            "published": slug,
            "of_round": published or 1,
        }
