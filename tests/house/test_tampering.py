"""Any single tampering with the record or with what it sealed is found."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from kumppanuus import (
    accounts,
    agreements,
    approvals,
    comments,
    ledger,
    members,
    questions,
    responses,
    rounds,
    suggestions,
    summaries,
)
from kumppanuus.agreements import Agreement, AgreementKind, Section, SectionKind, Side
from kumppanuus.agreements.tables import AgreementEdited
from kumppanuus.comments import CommentKind
from kumppanuus.db import Base, Word, clock_at, db, now
from kumppanuus.ledger import Sealed
from kumppanuus.members import Role
from kumppanuus.questions import Status
from kumppanuus.rounds import Asked, Request
from kumppanuus.statements import Disposition, Remark, Statement, StatementFile
from kumppanuus.summaries import Made


@pytest.fixture
def small_world(inside_empty: None) -> None:
    """A small agreement in which everything has happened that leaves a seal, and the beginning of another, into whose
    chain things can be moved. All of it is verified a thousand times, so nothing is in it twice without a reason."""
    for number in (1, 2):
        mikko = accounts.find_or_add(f"mikko{number}@kumppanuus.example", "Mikko", by=None)
        agreement = agreements.start(
            title=f"Sopimus {number}",
            kind=AgreementKind.PARTNERSHIP_AGREEMENT,
            authority_name="Alue",
            body_name="Pöytä",
            from_model=False,
            by=mikko.id,
        )
        members.begin(agreement, mikko, side=None, by=mikko.id)
        address = {"role": Role.OFFICIAL, "side": Side.AUTHORITY, "is_approver": True, "by": mikko.id}
        riikka = members.add(
            agreement, address=f"r{number}@kumppanuus.example", name="Riikka", organisation="Alue", **address
        )
        address = {"role": Role.REPRESENTATIVE, "side": Side.ORGANISATIONS, "is_approver": True, "by": mikko.id}
        aino = members.add(
            agreement, address=f"a{number}@kumppanuus.example", name="Aino", network="Omaiset", **address
        )
        chapter = agreements.add_section(agreement, title="Luku", by=mikko.id)
        agreements.add_section(agreement, title="Liite", kind=SectionKind.ANNEX, by=mikko.id)
        clauses = [agreements.add_clause(chapter, title=f"K{n}", text=f"Teksti {n}.", by=mikko.id) for n in range(3)]
        if number == 2:
            break
        for side, person in ((Side.AUTHORITY, riikka), (Side.ORGANISATIONS, aino)):
            for clause in clauses[:2]:
                approvals.give(clause, side=side, fingerprint=clause.current.fingerprint, by=person.user_id)
        approvals.reopen(clauses[0], reason="Matkakulut puuttuvat", by=mikko.id)
        agreements.rewrite(
            clauses[0], title="K0", text="Uusi teksti.", base=clauses[0].current, by=mikko.id, reason="Kulut"
        )
        agreements.remove(clauses[2], base=clauses[2].current, by=mikko.id)
        agreements.move_clause(clauses[1], up=True, by=mikko.id)
        said = comments.add(comments.thread_of(clauses[0]), text="Miksi?", kind=CommentKind.QUESTION, by=aino)
        comments.reply(said, text="Siksi.", by=riikka)
        comments.endorse(said, by=riikka.user_id)
        comments.settle(said, response="Lisätty", by=mikko.id)
        words = {"title": "K1", "text": "Toisin sanoen.", "reason": "Selkeämpi.", "base": clauses[1].current}
        made = suggestions.write(clauses[1], **words, by=aino)
        suggestions.reject(made, reason="Ei nyt.", by=riikka)
        question = questions.ask(agreement, title="Matkakulut", text="Kuka maksaa?", by=aino.user_id)
        questions.admit(question, by=mikko.id)
        questions.update(question, text="Aloitimme", revision=question.revision, by=mikko.id)
        questions.link(question, [clauses[0].id], revision=question.revision, by=mikko.id)
        questions.move(question, Status.PROPOSED, revision=question.revision, solution="Näin", by=riikka.user_id)
        questions.move(question, Status.AGREED, revision=question.revision, outcome="Sovittiin", by=riikka.user_id)
        _ask_and_answer(agreement, chapter, mikko.id)
        agreements.freeze(agreement, "0.2", by=mikko.id)
    db.session.commit()
    assert ledger.verify() is None


def _ask_and_answer(agreement: Agreement, chapter: Section, by: UUID) -> None:
    """A round that was opened and answered, and drafts beside it that no seal covers."""
    asks = Request(
        title="Kierros", last_day=date(2026, 12, 31), background="Tausta.", section_ids=(chapter.id,),
        questions=(Asked("Mitä puuttuu?"),),
    )  # fmt: skip
    asked, _draft = rounds.make(agreement, asks, by=by), rounds.make(agreement, asks, by=by)
    rounds.open_(asked, edition="0.1", drawn_from=asked.request_state, by=by)
    for sent_at in (now(), None):
        said = Statement(round_id=asked.id, sent_at=sent_at)
        remark = Remark(section_id=chapter.id, kind=CommentKind.CONCERN, text="Kuka kutsuu?", sent_at=sent_at)
        file = {"name": "a.pdf", "media_type": "application/pdf", "size": 1, "digest": "0", "content": b"1"}
        said.remarks, said.files = [remark], [StatementFile(**file, sent_at=sent_at)]
        db.session.add(said)
        db.session.flush()
        if sent_at:
            ledger.record(AgreementEdited(), said, remark, *said.files, chain=agreement.id, by=by)
            came = {"disposition": Disposition.ACCEPTED, "reason": "Pöytä.", "by": by}
            first = responses.write(asked, [remark.id], **came)
            responses.release(asked, {first.id: first.revision}, by=by)
            second = responses.replace(first, **came)
            responses.release(asked, {second.id: second.revision}, by=by)
            responses.replace(second, **came)
    rounds.close(asked, by=by)
    file = Made("docx", "yhteenveto.docx", "application/msword", b"PK")
    summaries.publish(asked, title="Yhteenveto", page="<p>Yhteenveto</p>", files=[file], left=0, reason="", by=by)


def _other(value: Any, column: sa.Column[Any], chance: random.Random) -> Any:
    """Another value of the same kind: a flipped bit, a neighbour, or nothing."""
    if value is not None and column.nullable and chance.random() < 0.2:
        return None
    match value:
        case bool():
            return not value
        case int():
            return value + chance.choice([-1, 1])
        case uuid.UUID():
            return uuid.UUID(int=value.int ^ (1 << chance.randrange(128)))
        case datetime():
            return value + timedelta(microseconds=chance.choice([-1, 1, 1_000_000]))
        case date():
            return value + timedelta(days=1)
        case StrEnum():
            return chance.choice([word.value for word in type(value) if word is not value] + [f"{value.value}x"])
        case str():
            if not value or chance.random() < 0.3:
                return value + " "
            place = chance.randrange(len(value))
            return value[:place] + chr(ord(value[place]) ^ 1 or 120) + value[place + 1 :]
        case None:
            kind = column.type
            if isinstance(kind, sa.Uuid):
                return uuid.UUID(int=chance.getrandbits(128))
            if isinstance(kind, sa.Date):
                return date(2026, 1, 1)
            return now() if "_at" in column.name else None
    return value


def _sealed_columns(table: sa.Table) -> list[sa.Column[Any]]:
    if table.name.startswith("ledger_"):
        return list(table.c)
    return [table.c[name] for name in Sealed.tables[table.name].seal]


def _counting(table: sa.Table) -> list[dict[str, Any]]:
    """The rows of a table that count: a draft may be changed at any time."""
    rows = [dict(row) for row in db.session.execute(sa.select(table)).mappings()]
    model = Sealed.tables.get(table.name)
    return [row for row in rows if not (model and model.sealed_from) or row[model.sealed_from] is not None]


def _tamper(table: sa.Table, rows: list[dict[str, Any]], chance: random.Random) -> str | None:
    """Do one thing to a table behind the application's back; None if it came to nothing."""
    keys = list(table.primary_key.columns)
    row = chance.choice(rows)
    here = sa.and_(*(key == row[key.name] for key in keys))
    deed = chance.choice(["change", "change", "change", "swap", "delete", "insert", "cut"])
    if deed == "delete":
        db.session.execute(sa.delete(table).where(here))
        return f"deleted from {table.name}"
    if deed == "insert":
        copy = dict(row)
        for key in keys:
            copy[key.name] = max(each["number"] for each in rows) + 1 if key.name == "number" else uuid.uuid4()
        db.session.execute(sa.insert(table).values(copy))
        return f"inserted into {table.name}"
    if deed == "cut":
        entry, chain = ledger.Entry.__table__, ledger.Chain.__table__
        assert isinstance(entry, sa.Table)
        assert isinstance(chain, sa.Table)
        where = chance.choice([each["id"] for each in db.session.execute(sa.select(chain)).mappings()])
        last = db.session.scalar(sa.select(sa.func.max(entry.c.number)).where(entry.c.chain_id == where))
        db.session.execute(sa.delete(entry).where(entry.c.chain_id == where, entry.c.number == last))
        return "cut the tail of a chain"
    column = chance.choice(_sealed_columns(table))
    if deed == "swap":
        other = chance.choice(rows)
        if other[column.name] == row[column.name] or column in keys:
            return None
        there = sa.and_(*(key == other[key.name] for key in keys))
        db.session.execute(sa.update(table).where(here).values({column.name: other[column.name]}))
        db.session.execute(sa.update(table).where(there).values({column.name: row[column.name]}))
        return f"swapped {table.name}.{column.name}"
    changed = _other(row[column.name], column, chance)
    if changed == row[column.name]:
        return None
    written = sa.literal(changed, sa.Text()) if isinstance(column.type, Word) and changed is not None else changed
    db.session.execute(sa.update(table).where(here).values({column.name: written}))
    return f"changed {table.name}.{column.name} from {row[column.name]!r} to {changed!r}"


def test_every_single_tampering_is_found(small_world: None, times: Callable[[int, int], int]) -> None:
    turns = times(1000, 20_000)
    chance = random.Random(20_260_318)
    tables = [Base.metadata.tables[name] for name in ("ledger_entry", "ledger_chain", *sorted(Sealed.tables))]
    contents = {table.name: _counting(table) for table in tables}
    assert not [name for name, rows in contents.items() if not rows], "every sealed table holds something"
    done = 0
    missed = []
    for _turn in range(turns):
        table = chance.choice(tables)
        with db.session.begin_nested() as savepoint:
            try:
                what = _tamper(table, contents[table.name], chance)
                db.session.flush()
            except StatementError:
                what = None  # the database would not have it: a key, a link
            if what is not None:
                done += 1
                db.session.expire_all()
                if ledger.verify() is None:
                    missed.append(what)
            savepoint.rollback()
        db.session.expire_all()
    assert not missed, "\n".join(missed)
    assert done > turns // 2
    assert ledger.verify() is None


def test_a_tail_written_anew_is_found_by_a_digest_that_was_given_out(small_world: None) -> None:
    agreement = agreements.every()[0]
    chain = ledger.head(agreement.id)
    assert chain is not None
    given_out = {agreement.id: (chain.length, chain.head)}
    assert ledger.verify(known_heads=given_out) is None
    # Somebody with the whole database cuts the last entry off and mends the head.
    last = db.session.get(ledger.Entry, (agreement.id, chain.length))
    assert last is not None
    edition = db.session.scalars(sa.select(agreements.Edition).filter_by(agreement_id=agreement.id, name="0.2")).one()
    db.session.execute(sa.delete(agreements.EditionClause).filter_by(edition_id=edition.id))
    db.session.delete(edition)
    chain.length, chain.head = last.number - 1, last.previous
    db.session.delete(last)
    db.session.flush()
    assert ledger.verify() is None
    flaw = ledger.verify(known_heads=given_out)
    assert flaw is not None
    assert (flaw.chain, flaw.number) == (agreement.id, given_out[agreement.id][0])


def test_an_honest_history_raises_no_alarm(inside: None) -> None:
    assert ledger.verify() is None


def test_the_clock_may_go_back_and_forth(small_world: None) -> None:
    agreement = agreements.every()[0]
    section = agreements.outline(agreement).chapters[0].section
    by = agreements.outline(agreement).chapters[0].clauses[0].version.author_id
    before = ledger.head(agreement.id)
    assert before is not None
    length = before.length
    for step in (timedelta(minutes=-10), timedelta(days=365), timedelta(0)):
        with clock_at(now() + step):
            agreements.rename_section(section, title=f"Luku {step.days}", base=section.title, by=by)
    newest = ledger.entries(agreement.id, most=3)
    assert [entry.number for entry in newest] == [length + 3, length + 2, length + 1]
    assert ledger.verify() is None
