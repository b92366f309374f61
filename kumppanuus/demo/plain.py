"""An agreement of any size without a story, for measuring and for counting queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from uuid import UUID, uuid4

from kumppanuus import accounts, agreements, ledger, members, questions, starters
from kumppanuus.agreements import Agreement, AgreementKind, Clause, ClauseVersion, SectionKind, Side
from kumppanuus.agreements.tables import ClauseAdded
from kumppanuus.approvals import Approval, ApprovalGiven
from kumppanuus.comments import Comment, CommentAdded, CommentEndorsed, CommentKind, Endorsement, Thread
from kumppanuus.db import clock_at, db, now
from kumppanuus.demo.place import Place, place
from kumppanuus.ledger import Happening
from kumppanuus.members import Member, Role, SpeaksFor

CHAPTERS = 12
WRITERS = 28


@dataclass(frozen=True)
class Plain(Place):
    """An agreement of any size: a coordinator, an approver of each side, and representatives who write the comments."""

    coordinator: UUID
    official: UUID
    representative: UUID
    writers: tuple[UUID, ...]


def make_plain(clauses: int, comments: int) -> Plain:
    """Make an agreement with so many clauses, in at most twelve chapters, and so many comments, evenly spread.

    Two of five clauses are agreed and one is half agreed; every fifth comment is a reply, every second one handled,
    every third supported by somebody. The thirteen questions are in it. The rows are written many at a time, and the
    record holds all the same. Works beside other content and as often as wanted; the caller commits.
    """
    with clock_at(now() - timedelta(minutes=comments + 60)):
        coordinator = accounts.find_or_add("koordinaattori@koe.example", "Koe Koordinaattori", by=None)
        accounts.let_start_agreements(coordinator)
        agreement = agreements.start(
            title="Koesopimus", kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="Koealueen hyvinvointialue",
            body_name="Koepöytä", from_model=False, by=coordinator.id,
        )  # fmt: skip
        people = _members(agreement, coordinator)
        written = _write_clauses(agreement, clauses, by=coordinator.id)
        register = questions.open_register(agreement, by=coordinator.id)
        _approve(agreement, written, people["official"], people["representative"])
    writers = tuple(member for key, member in people.items() if key.startswith("writer"))
    _say(agreement, [clause for clause, _version in written], comments, writers)
    named = place(agreement, people, register, {})
    return Plain(
        **vars(named),
        coordinator=coordinator.id,
        official=people["official"].user_id,
        representative=people["representative"].user_id,
        writers=tuple(member.user_id for member in writers),
    )


def _members(agreement: Agreement, coordinator: accounts.User) -> dict[str, Member]:
    made = {"coordinator": members.begin(agreement, coordinator, side=None, by=coordinator.id)}
    wanted = [("official", "Veera Viranhaltija", Role.OFFICIAL, Side.AUTHORITY, True)]
    wanted += [("representative", "Elli Edustaja", Role.REPRESENTATIVE, Side.ORGANISATIONS, True)]
    wanted += [
        (f"writer{n}", f"Kirjoittaja {n}", Role.REPRESENTATIVE, Side.ORGANISATIONS, False)
        for n in range(1, WRITERS + 1)
    ]
    for key, name, role, side, is_approver in wanted:
        made[key] = members.add(
            agreement, address=f"{key}@koe.example", name=name, role=role, side=side, is_approver=is_approver,
            organisation="" if side is Side.AUTHORITY else f"{name}n yhdistys ry", by=coordinator.id,
        )  # fmt: skip
    return made


def _write_clauses(agreement: Agreement, count: int, *, by: UUID) -> list[tuple[Clause, ClauseVersion]]:
    model = [clause for section in starters.model_agreement().sections for clause in section.clauses]
    sections = [
        agreements.add_section(agreement, title=part.title, kind=SectionKind.CHAPTER, by=by)
        for part in islice(starters.model_agreement().sections, min(CHAPTERS, count))
    ]
    made = []
    for number, text in enumerate(islice(cycle(model), count)):
        # A clause in each chapter in turn would mix their subjects; so each chapter takes its own stretch.
        section = sections[number * len(sections) // count]
        clause = Clause(
            id=uuid4(), agreement_id=agreement.id, section_id=section.id, position=number + 1, current_number=1
        )
        version = ClauseVersion(
            id=uuid4(), clause_id=clause.id, number=1, title=text.title, text=text.text, is_removal=False,
            fingerprint=ClauseVersion.print_of(text.title, text.text, is_removal=False), author_id=by, written_at=now(),
            reason="",
        )  # fmt: skip
        made.append((clause, version))
    db.session.add_all(clause for clause, _version in made)
    db.session.flush()
    db.session.add_all(version for _clause, version in made)
    db.session.flush()
    labels = _labels(agreement)
    ledger.record_all(
        (
            Happening(
                ClauseAdded(clause_id=clause.id, version_id=version.id, label=labels[clause.id]), (clause, version), by
            )
            for clause, version in made
        ),
        chain=agreement.id,
    )
    return made


def _approve(
    agreement: Agreement, written: list[tuple[Clause, ClauseVersion]], official: Member, representative: Member
) -> None:
    labels, happenings = _labels(agreement), []
    for number, (clause, version) in enumerate(written):
        givers = {0: (official, representative), 1: (official, representative), 2: (official,)}.get(number % 5, ())
        for giver in givers:
            approval = Approval(
                id=uuid4(), clause_id=clause.id, version_id=version.id, side=giver.side, given_by_id=giver.user_id,
                given_at=now(),
            )  # fmt: skip
            assert giver.side is not None
            event = ApprovalGiven(
                clause_id=clause.id, version_id=version.id, side=giver.side, label=labels[clause.id],
                agreed=giver is representative,
            )  # fmt: skip
            happenings.append(Happening(event, (approval,), giver.user_id))
            db.session.add(approval)
    ledger.record_all(happenings, chain=agreement.id)


def _say(agreement: Agreement, clauses: list[Clause], count: int, writers: tuple[Member, ...]) -> None:
    threads = [Thread(id=uuid4(), agreement_id=agreement.id, clause_id=clause.id) for clause in clauses[:count]]
    db.session.add_all(threads)
    db.session.flush()
    said = list(_comments(clauses, threads, count, writers))
    # Parents first: a reply refers to its comment.
    db.session.add_all(comment for comment in said if comment.parent_id is None)
    db.session.flush()
    db.session.add_all(comment for comment in said if comment.parent_id is not None)
    db.session.flush()
    happenings = []
    for number, comment in enumerate(said):
        thread = threads[number % len(threads)]
        event = CommentAdded(
            comment_id=comment.id, subject_id=clauses[number % len(threads)].id, reply=comment.is_reply
        )
        happenings.append(Happening(event, (comment, thread), comment.author_id))
        if number % 3 == 0:
            supporter = writers[(number + 1) % len(writers)].user_id
            support = Endorsement(id=uuid4(), comment_id=comment.id, user_id=supporter, given_at=now())
            db.session.add(support)
            supported = CommentEndorsed(comment_id=comment.id, subject_id=event.subject_id)
            happenings.append(Happening(supported, (support,), supporter))
    ledger.record_all(happenings, chain=agreement.id)


def _comments(
    clauses: list[Clause], threads: list[Thread], count: int, writers: tuple[Member, ...]
) -> Iterator[Comment]:
    kinds = (CommentKind.SUPPORT, CommentKind.QUESTION, CommentKind.CONCERN)
    last: dict[int, UUID] = {}
    versions = (
        {placed.id: placed.version.id for placed in agreements.outline(threads[0].agreement).clauses()}
        if threads
        else {}
    )
    begin = now() - timedelta(minutes=count)
    for number in range(count):
        place, turn = number % len(threads), number // len(threads)
        thread, writer = threads[place], writers[(place + turn) % len(writers)]
        is_reply, is_handled = turn % 5 == 4, turn % 2 == 1
        comment = Comment(
            id=uuid4(), thread_id=thread.id, parent_id=last[place] if is_reply else None,
            kind=None if is_reply else kinds[turn % 3], text=SAID[turn % len(SAID)], author_id=writer.user_id,
            speaks_for=SpeaksFor.SELF, organisation_id=writer.organisation_id,
            version_id=None if is_reply else versions[clauses[place].id], written_at=begin + timedelta(minutes=number),
            response="",
        )  # fmt: skip
        if is_handled and not is_reply:
            comment.handled_at, comment.handled_by_id = now(), writers[0].user_id
            comment.response = "Kirjattiin tekstiin."
        if not is_reply:
            last[place] = comment.id
        yield comment


def _labels(agreement: Agreement) -> dict[UUID, str]:
    return {placed.id: placed.label for placed in agreements.outline(agreement).clauses()}


SAID = (
    "Tämä on hyvä alku. Toivomme, että asia käsitellään vielä kumppanuuspöydässä ennen kuin siitä sovitaan.",
    "Kuka vastaa tästä, kun hanke päättyy? Tekstistä ei selviä, kenelle yhdistys soittaa.",
    "Aika on liian lyhyt. Hallituksemme kokoontuu kerran kuussa, eikä kesällä lainkaan.",
    "Kannatamme. Sama käytäntö on toiminut meillä jo kolme vuotta.",
    "Voisiko tähän lisätä esimerkin? Nyt jokainen lukee lauseen omalla tavallaan.",
    "Pienelle yhdistykselle tämä on paljon työtä. Kevyempi tapa riittäisi, kun kyse on alle tuhannesta eurosta.",
    "Koskeeko tämä myös toimintaryhmiä, joita ei ole rekisteröity?",
)
