"""The demo world: what everybody may count on who tries the pages with it."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kumppanuus import (
    accounts,
    agreements,
    approvals,
    comments,
    demo,
    ledger,
    members,
    progress,
    questions,
    suggestions,
)
from kumppanuus.agreements import Agreement, Side
from kumppanuus.comments import Comment, CommentKind, Endorsement, Thread
from kumppanuus.db import HELSINKI, Base, db, helsinki_day
from kumppanuus.members import Role, SpeaksFor
from kumppanuus.progress import Standing
from kumppanuus.questions import Status
from tests.databases import NOW, POSTGRESQL, SQLITE, TODAY, Databases
from tests.house.addresses import contents


def _agreement(place: demo.Place) -> Agreement:
    return db.session.get_one(Agreement, place.agreement)


def test_the_record_holds(inside: None, world: demo.World) -> None:
    assert ledger.verify() is None


def test_the_database_is_no_longer_empty(inside: None, world: demo.World) -> None:
    assert not demo.is_empty()


def test_sixty_clauses_stand_in_every_way_there_is(inside: None, world: demo.World) -> None:
    found = progress.progress(_agreement(world))
    chapters = Counter(each.standing for chapter in found.outline.chapters for each in found.in_chapter(chapter))
    annexes = Counter(each.standing for chapter in found.outline.annexes for each in found.in_chapter(chapter))
    assert chapters == {
        Standing.AGREED: 26,
        Standing.HALF_AUTHORITY: 5,
        Standing.HALF_ORGANISATIONS: 5,
        Standing.CHANGE: 5,
        Standing.COMMENT: 11,
        Standing.REOPENED: 2,
        Standing.DRAFT: 6,
    }
    assert annexes == {Standing.AGREED: 3, Standing.COMMENT: 1, Standing.DRAFT: 5}
    assert found.annexes == (1, 4)
    assert len(world.clauses) == 69


def test_examples_are_what_their_names_say(inside: None, world: demo.World) -> None:
    found = progress.progress(_agreement(world))
    standings = {"draft", "comment", "change", "half_authority", "half_organisations", "agreed", "reopen"}
    assert set(world.examples) == standings | {"changed", "removed", "gone"}
    assert {name: found.standings[world.examples[name]].standing.value for name in standings} == {
        name: name for name in standings
    }
    assert [each.id for each in found.removals] == [world.examples["removed"]]
    assert {placed.id for placed in found.outline.removed()} == {world.examples["removed"], world.examples["gone"]}


def test_suggestions_stand_in_every_way_there_is(inside: None, world: demo.World) -> None:
    rows = {key: suggestions.shown(suggestion_id) for key, suggestion_id in world.suggestions.items()}
    current = {placed.id: placed.version for placed in _every_clause(_agreement(world))}
    seen = {
        key: (row.status.value, row.kind.value, suggestions.result(row, current.get(row.clause_id)).standing.value)
        for key, row in rows.items()
        if row
    }
    assert seen == {
        "accepted": ("accepted", "rewrite", "clean"),
        "modified": ("accepted_modified", "rewrite", "needs_merge"),
        "rejected": ("rejected", "rewrite", "clean"),
        "withdrawn": ("withdrawn", "rewrite", "clean"),
        "clean": ("open", "rewrite", "clean"),
        "merged": ("open", "rewrite", "clean"),
        "clash": ("open", "rewrite", "needs_merge"),
        "gone": ("open", "rewrite", "base_gone"),
        "competing": ("open", "rewrite", "clean"),
        "counter": ("open", "rewrite", "clean"),
        "addition": ("open", "addition", "clean"),
        "removal": ("open", "removal", "clean"),
        "beside": ("open", "rewrite", "clean"),
    }
    merged, counter, competing = rows["merged"], rows["counter"], rows["competing"]
    assert merged and counter and competing  # noqa: PT018 - all are there
    assert "8 000" in suggestions.result(merged, current[merged.clause_id]).text
    assert "kirjallisesti" in suggestions.result(merged, current[merged.clause_id]).text, (
        "what was written since is kept"
    )
    assert counter.counter_to == competing.number
    assert (competing.comments.total, competing.author.name, counter.author.name) == (
        2,
        "Riikka Lehto",
        "Pertti Oksanen",
    )


def _every_clause(agreement: Agreement) -> list[agreements.Placed]:
    whole = agreements.outline(agreement)
    return [*whole.clauses(), *whole.removed()]


def test_each_approver_has_clauses_that_changed_since(inside: None, world: demo.World) -> None:
    found = progress.progress(_agreement(world))
    placed = [*found.outline.clauses(), *found.outline.removed()]
    changed = {
        side: [each.placed.label for each in approvals.changed_since(placed, found.approvals, side)] for side in Side
    }
    assert changed == {Side.AUTHORITY: ["2.3", "12.4", ""], Side.ORGANISATIONS: ["4.3", "10.1", "11.2", ""]}


def test_some_placeholders_are_filled_and_some_are_left(inside: None, world: demo.World) -> None:
    left = [blank.placed.label for blank in agreements.blanks(agreements.outline(_agreement(world)))]
    assert left == ["5.1", "6.1", "12.6", "12.7", "L2.2", "L2.2", "L3.1", "L3.2", "L4.1", "L4.2"]
    assert "kaksitoista järjestöedustajaa" in _text(world.clauses["3.2"])


def _text(clause_id: UUID) -> str:
    clause = agreements.clause_by_id(clause_id)
    assert clause is not None
    return clause.current.text


def test_two_editions_are_frozen(inside: None, world: demo.World) -> None:
    assert [edition.name for edition in agreements.editions(_agreement(world))] == ["0.8", "0.7"]


def test_the_thirteen_questions_stand_in_every_status(inside: None, world: demo.World) -> None:
    register = questions.register(_agreement(world))
    assert {question.number: question.status for question in register} == {
        1: Status.IN_PREPARATION,
        2: Status.PROPOSED,
        3: Status.AGREED,
        4: Status.IN_PREPARATION,
        5: Status.IN_PREPARATION,
        6: Status.IN_PREPARATION,
        7: Status.PROPOSED,
        8: Status.OUT_OF_SCOPE,
        9: Status.OPEN,
        10: Status.PROPOSED,
        11: Status.IN_PREPARATION,
        12: Status.AGREED,
        13: Status.DEFERRED,
    }
    assert {question.number: question.days_late for question in register if question.days_late} == {5: 3}
    assert [question.number for question in register if question.owner is None and not question.is_settled] == [9]
    assert [question.id for question in questions.waiting_room(_agreement(world))] == list(world.proposed)
    assert len(world.proposed) == 1


def test_people_hold_the_roles_the_world_names(inside: None, world: demo.World) -> None:
    county, town = _roles(world), _roles(world.town)
    others = (world.kaarina, world.pertti, world.sari, world.jari, world.anneli, world.veikko, world.amina)
    assert county == {
        world.mikko: (Role.COORDINATOR, None, False),
        world.tuula: (Role.COORDINATOR, Side.AUTHORITY, False),
        world.riikka: (Role.OFFICIAL, Side.AUTHORITY, True),
        world.marja: (Role.OFFICIAL, Side.AUTHORITY, True),
        world.hannu: (Role.OFFICIAL, Side.AUTHORITY, False),
        world.aino: (Role.REPRESENTATIVE, Side.ORGANISATIONS, True),
        world.outi: (Role.READER, None, False),
        **dict.fromkeys(others, (Role.REPRESENTATIVE, Side.ORGANISATIONS, False)),
    }
    assert town == {
        world.outi: (Role.COORDINATOR, None, False),
        world.mikko: (Role.READER, None, False),
        world.ilkka: (Role.OFFICIAL, Side.AUTHORITY, True),
        world.pirjo: (Role.REPRESENTATIVE, Side.ORGANISATIONS, True),
        world.pertti: (Role.REPRESENTATIVE, Side.ORGANISATIONS, False),
    }
    assert members.all_of(world.eero) == []


def _roles(place: demo.Place) -> dict[UUID, tuple[Role, Side | None, bool]]:
    return {
        member.user_id: (member.role, member.side, member.is_approver) for member in members.everyone(_agreement(place))
    }


def test_the_demo_people_are_the_four_that_anybody_may_be(inside: None, world: demo.World) -> None:
    assert [user.id for user in accounts.demo_people()] == [world.mikko, world.riikka, world.aino, world.eero]
    assert world.names[world.eero] == "Eero Laaksonen"


def test_about_150_comments_are_spread_unevenly_in_every_kind_and_voice(inside: None, world: demo.World) -> None:
    here = select(Comment).join(Thread, Thread.id == Comment.thread_id).where(Thread.agreement_id == world.agreement)
    said = db.session.scalars(here).all()
    assert 140 <= len(said) <= 170
    assert {comment.kind for comment in said} == {*CommentKind, None}
    assert {comment.speaks_for for comment in said} == set(SpeaksFor)
    counts = comments.counts(_agreement(world))
    assert max(count.total for count in counts.values()) > 10
    assert len(counts) < 60
    tops = [comment for comment in said if not comment.is_reply]
    assert len([comment for comment in tops if comment.handled_at]) > 50
    assert len([comment for comment in tops if comment.is_open]) > 30
    assert db.session.scalar(select(func.count()).select_from(Endorsement)) > 150
    current = {placed.id: placed.version.fingerprint for placed in agreements.outline(_agreement(world)).clauses()}
    older = [
        comment
        for comment in tops
        if comment.version and current.get(comment.version.clause_id) not in (None, comment.version.fingerprint)
    ]
    assert len(older) > 10


def test_every_kind_of_event_has_happened(inside: None, world: demo.World) -> None:
    happened = set(db.session.scalars(select(ledger.Entry.kind).distinct()))
    # Nobody is signed in, has tied an account of a provider, has moved or has left; nobody has answered its own round,
    # no letter of it goes on paper, and nothing that was asked or published was taken back.
    missing = {
        kind
        for kind in set(ledger.Event.kinds) - happened
        if not kind.startswith(("statement.", "remark.", "feedback."))
    }
    persons = {
        f"person.{each}"
        for each in ("address-changed", "identity-tied", "identity-untied", "removed", "signed-in", "signed-out")
    }
    others = {"organisation.contact-erased", "response.not-needed", "round.letters-printed", "summary.withdrawn"}
    assert missing == persons | others


def test_nothing_lies_in_the_future_and_time_only_moves_forward(inside: None, world: demo.World) -> None:
    for chain in db.session.scalars(select(ledger.Chain.id)).all():
        moments = list(
            db.session.scalars(select(ledger.Entry.at).filter_by(chain_id=chain).order_by(ledger.Entry.number))
        )
        assert moments == sorted(moments)
        assert moments[-1] < NOW
    written = list(db.session.scalars(select(Comment.written_at)))
    assert len(written) == len(set(written))
    newest = db.session.scalars(select(ledger.Entry.at).order_by(ledger.Entry.at.desc())).first()
    assert newest is not None
    assert helsinki_day(newest) == TODAY - timedelta(days=1)


@pytest.mark.parametrize("databases", [POSTGRESQL], indirect=True)  # SQLite was told it for all the other tests
def test_told_by_its_command_on_another_day_it_is_the_same_story_with_its_dates_moved_and_told_once(
    databases: Databases,
) -> None:
    world, later = databases.world(), TODAY + timedelta(days=14)
    with databases.lend("world"), databases.app.app_context():
        told = _told(world.agreement, TODAY)
    with databases.lend("empty"):
        run = databases.app.test_cli_runner().invoke
        said = run(args=["demo", "--today", later.isoformat()], catch_exceptions=False)
        assert (said.exit_code, said.output) == (0, "The demo world is ready.\n")
        with databases.app.app_context():
            agreement = agreements.by_slug(world.slug)
            assert agreement is not None
            assert _told(agreement.id, later) == told
        before = contents(databases.app)
        for options, status in ([], 1), (["--if-empty"], 0):
            said = run(args=["demo", *options])
            assert said.output == "The database holds something already; the demo world was not made.\n"
            assert said.exit_code == status
        assert contents(databases.app) == before


def test_every_worker_has_the_one_world_on_each_database_row_for_row(
    databases: Databases, databases_of: Callable[[str], Databases], tmp_path: Path
) -> None:
    told = databases_of(SQLITE)
    taken = databases if databases.kind == POSTGRESQL else Databases(SQLITE, tmp_path, None, made=told.made)
    assert taken.world() == told.world()
    found = {}
    for each in (told, taken):
        with each.lend("world"), each.app.app_context():
            chains = select(ledger.Chain.id, ledger.Chain.length, ledger.Chain.head).order_by(ledger.Chain.id)
            rows = {
                table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
                for table in Base.metadata.sorted_tables
            }
            found[each] = (rows, db.session.execute(chains).all())
            assert ledger.verify() is None
    assert found[taken] == found[told]


def _told(agreement_id: UUID, today: date) -> dict[str, Any]:
    """All that was written into an agreement, with days counted from a day, without ids."""
    agreement = db.session.get_one(Agreement, agreement_id)
    names = dict(db.session.execute(select(accounts.User.id, accounts.User.name)).all())  # type: ignore[arg-type]  # rows of two
    entries = db.session.scalars(select(ledger.Entry).filter_by(chain_id=agreement_id).order_by(ledger.Entry.number))

    def day(moment: date | None) -> int | None:
        return (moment - today).days if moment else None

    return {
        "happened": [
            (entry.kind, names.get(entry.actor_id), day(helsinki_day(entry.at)), entry.at.astimezone(HELSINKI).time())
            for entry in entries
        ],
        "text": [
            (placed.label, placed.section.title, placed.version.title, placed.version.text)
            for placed in agreements.outline(agreement).clauses()
        ],
        "said": [
            (names[comment.author_id], comment.kind, comment.speaks_for, comment.text, comment.response)
            for comment in db.session.scalars(
                select(Comment)
                .join(Thread, Thread.id == Comment.thread_id)
                .where(Thread.agreement_id == agreement_id)
                .order_by(Comment.written_at)
            )
        ],
        "questions": [
            (
                question.number, question.title, question.status, question.solution, question.outcome, question.reason,
                day(question.due_on), day(question.next_on),
            )
            for question in questions.register(agreement)
        ],
    }  # fmt: skip


def test_an_agreement_of_any_size_has_a_record_that_holds(inside: None, world: demo.World) -> None:
    for count in (1, 2):
        plain = demo.make_plain(7, 50)
        found = progress.progress(_agreement(plain))
        assert (found.tally().agreed, found.tally().half, found.tally().total) == (4, 1, 7)
        here = select(func.count()).select_from(Comment).join(Thread, Thread.id == Comment.thread_id)
        assert db.session.scalar(here.where(Thread.agreement_id == plain.agreement)) == 50
        assert len(plain.questions) == 13
        assert ledger.verify() is None, f"after {count}"
