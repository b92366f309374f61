"""What the files of a round's summary cost, from the record to the bytes, as ratios to a round of a fifth of it."""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from kumppanuus import demo, organisations, rounds
from kumppanuus.agreements import Agreement, Clause
from kumppanuus.comments import CommentKind
from kumppanuus.db import db, now, today, writing
from kumppanuus.demo import Plain
from kumppanuus.documents import summary
from kumppanuus.documents.summary import Form
from kumppanuus.organisations import Organisation
from kumppanuus.rounds import Round
from kumppanuus.statements import Remark, Statement
from tests.databases import SQLITE, Databases

CLAUSES, REMARKS = 60, 5  # in the text, and in each answer
ANSWERS = (20, 100)
GROWTH = 5


def answered_round(plain: Plain, answers: int) -> int:
    """A round on a whole agreement that so many organisations of twelve sectors have answered, five remarks each,
    spread evenly over its clauses. Returns its number."""
    with writing():
        agreement = db.session.get_one(Agreement, plain.agreement)
        clauses = list(plain.clauses.values())
        organisations.list_sectors(agreement, by=plain.coordinator)
        sectors = [each.id for each in organisations.sectors_of(agreement)]
        request = rounds.Request("Luonnos", today() + timedelta(days=42), background="Luonnos on valmis.")
        asked = rounds.make(agreement, request, by=plain.coordinator)
        kinds = list(CommentKind)
        for number in range(answers):
            name, sector = f"Yhdistys {number:03}", sectors[number % 12]
            kind = list(organisations.OrganisationKind)[number % 4]
            organisation = Organisation(
                agreement_id=agreement.id, name=name, name_key=name.casefold(), kind=kind, main_sector_id=sector
            )
            db.session.add(organisation)
        db.session.flush()
        everybody = db.session.scalars(
            select(Organisation.id).where(Organisation.agreement_id == agreement.id).order_by(Organisation.name)
        ).all()
        rounds.invite(asked, organisations=everybody, by=plain.coordinator)
        rounds.open_(asked, edition="0.1", drawn_from=asked.request_state, by=plain.coordinator)
        for number, invitee in enumerate(rounds.invitees(asked)):
            said = Statement(
                round_id=asked.id, invitee_id=invitee.id, organisation_id=invitee.organisation_id, sent_at=now()
            )
            said.remarks = [
                Remark(
                    clause_id=clauses[(number * REMARKS + turn) % len(clauses)],
                    kind=kinds[turn % 3],
                    text="Näin on hyvä.",
                    sent_at=now(),
                )
                for turn in range(REMARKS)
            ]
            db.session.add(said)
        db.session.commit()
        return asked.number


def measure() -> bool:
    """Make every form of the summary of a small and of a large round; print seconds and growth. Returns whether each
    grows no faster than what was said."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = (_seconds(answers, Path(folder) / str(answers)) for answers in ANSWERS)
    is_within = True
    for form in Form:
        growth = large[form] / small[form]
        is_within &= growth <= GROWTH
        print(
            f"summary of {ANSWERS[1] * REMARKS} comments as {form}: {growth:.1f} × for five times the comments "
            f"(limit {GROWTH}), {large[form]:.2f} s"
        )
    return is_within


def _seconds(answers: int, folder: Path) -> dict[Form, float]:
    """CPU seconds of each form, the least of three."""
    databases = Databases(SQLITE, folder, None)
    with databases.app.app_context():
        with writing():
            plain = demo.make_plain(CLAUSES, 0)
            db.session.commit()
        answered_round(plain, answers)
        found = {}
        for form in Form:
            times = []
            for _ in range(3):
                db.session.remove()
                about = db.session.scalars(select(Round)).one()
                start = time.process_time()
                summary.file_of(about, form)
                times.append(time.process_time() - start)
            found[form] = min(times)
        assert db.session.query(Clause).count() == CLAUSES
        return found
