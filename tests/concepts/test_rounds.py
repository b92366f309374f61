"""Rounds: what is asked about a frozen text, of whom, until when, and by which links."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from kumppanuus import accounts, agreements, ledger, members, organisations, rounds
from kumppanuus.agreements import Agreement, AgreementKind, Section, Side
from kumppanuus.db import db, now, today
from kumppanuus.errors import Empty, Refused
from kumppanuus.members import Member, Role
from kumppanuus.organisations import BodyKind, Details
from kumppanuus.rounds import Asked, LinkKind, Request, Round, RoundKind, RoundState
from tests.databases import SceneOf, end_of

Clock = Callable[[Any], AbstractContextManager[None]]

DAY = timedelta(days=1)
LAST = date(2026, 4, 30)
REQUEST = Request(title="Luonnos 0.8", last_day=LAST, background="Sopimus uudistuu.", contact="Mikko, 040 123 4567")


@dataclass
class Scene:
    agreement: Agreement
    mikko: Member
    aino: Member
    chapters: list[Section]

    @property
    def by(self) -> UUID:
        return self.mikko.user_id

    def make(self, **rest: Any) -> Round:
        return rounds.make(self.agreement, replace(REQUEST, **rest), by=self.by)

    def open(self, **rest: Any) -> Round:
        round_ = self.make(**rest)
        rounds.open_(round_, edition=f"0.{round_.number}", drawn_from=round_.request_state, by=self.by)
        return round_

    def organisation(self, name: str, **rest: Any) -> UUID:
        return organisations.add(self.agreement, Details(name, **rest), by=self.by).id

    def last(self) -> tuple[str, dict[str, Any]]:
        entry = ledger.entries(self.agreement.id, most=1)[0]
        return entry.kind, entry.facts


def make_scene() -> Scene:
    user = accounts.find_or_add("mikko@example.fi", "Mikko", by=None)
    agreement = agreements.start(
        title="Sopimus", kind=AgreementKind.PARTNERSHIP_AGREEMENT, authority_name="Alue", body_name="Pöytä",
        from_model=False, by=user.id,
    )  # fmt: skip
    mikko = members.begin(agreement, user, side=None, by=user.id)
    aino = members.add(
        agreement, address="aino@example.fi", name="Aino", role=Role.REPRESENTATIVE, side=Side.ORGANISATIONS, by=user.id
    )
    chapters = [agreements.add_section(agreement, title=f"Luku {number}", by=user.id) for number in (1, 2)]
    agreements.add_clause(chapters[0], title="Tarkoitus", text="Sovimme kumppanuudesta.", by=user.id)
    return Scene(agreement, mikko, aino, chapters)


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_scene)


def told(scene: Scene, deed: Callable[[], Any]) -> list[str]:
    """The kinds of entries a deed leaves."""
    head = ledger.head(scene.agreement.id)
    before = head.length if head else 0
    deed()
    return [each.kind for each in ledger.entries(scene.agreement.id, most=9) if each.number > before]


def refused(scene: Scene, kind: type[Refused], deed: Callable[[], Any]) -> dict[str, Any]:
    """What a refusal tells; nothing was written."""
    head = ledger.head(scene.agreement.id)
    before = head.head if head else ""
    with pytest.raises(kind) as caught:
        deed()
    assert not db.session.dirty
    assert not db.session.new
    assert ledger.heads([scene.agreement.id])[scene.agreement.id] == before
    return caught.value.facts


def test_a_draft_is_made_changed_and_thrown_away_and_asks_nobody(scene: Scene) -> None:
    chapter = scene.chapters[0]
    round_ = scene.make(section_ids=(chapter.id,), questions=(Asked("Mitä puuttuu?"), Asked("  ")))
    assert (round_.number, round_.state, round_.edition) == (1, RoundState.DRAFT, None)
    assert [each.text for each in round_.questions] == ["Mitä puuttuu?"]
    seen = round_.request_state
    new = Request(
        title=" Luonnos  0.9 ", last_day=LAST + DAY, kind=RoundKind.CONSULTATION, aims="Selkeys",
        section_ids=(chapter.id, scene.chapters[1].id), questions=(Asked("Kuka kutsuu?", chapter.id),),
    )  # fmt: skip
    assert told(scene, lambda: rounds.change(round_, new, drawn_from=seen, by=scene.by)) == ["round.changed"]
    assert rounds.request_of(round_) == replace(new, title="Luonnos 0.9")
    refused(scene, rounds.RequestChanged, lambda: rounds.change(round_, REQUEST, drawn_from=seen, by=scene.by))
    refused(scene, Empty, lambda: scene.make(title=" "))
    refused(scene, rounds.NotInText, lambda: scene.make(section_ids=(uuid4(),)))
    many = tuple(Asked(f"Kysymys {number}") for number in range(rounds.MOST_QUESTIONS + 1))
    refused(scene, rounds.TooManyQuestions, lambda: scene.make(questions=many))
    rounds.invite(round_, organisations=[scene.organisation("Omaiset ry")], by=scene.by)
    assert ledger.verify() is None  # no seal covers a draft, and none is missed
    assert told(scene, lambda: rounds.discard(round_, by=scene.by)) == ["round.discarded"]
    assert rounds.of_agreement(scene.agreement) == []
    assert ledger.verify() is None


def test_opening_freezes_the_text_and_what_is_asked_and_drafting_goes_on(scene: Scene) -> None:
    chapter, empty = scene.chapters
    round_ = scene.make(section_ids=(chapter.id,), questions=(Asked("Mitä puuttuu?", chapter.id),))
    rounds.invite(round_, organisations=[scene.organisation("Omaiset ry")], by=scene.by)
    seen = round_.request_state
    opened = told(scene, lambda: rounds.open_(round_, edition="0.8", drawn_from=seen, by=scene.by))
    assert opened == ["round.opened"]
    assert scene.last()[1] == {
        "round_id": str(round_.id), "round": 1, "edition_id": str(round_.edition_id), "edition": "0.8",
        "last_day": "2026-04-30", "invitees": 1,
    }  # fmt: skip
    assert round_.state is RoundState.OPEN
    assert [each.invited_at for each in rounds.invitees(round_)] == [now()]
    clause = next(agreements.outline(scene.agreement).clauses()).clause
    agreements.rewrite(clause, title="Tarkoitus", text="Toisin.", base=clause.current, by=scene.by)
    assert round_.edition is not None
    assert [each.version.text for each in agreements.clauses_of(round_.edition)] == ["Sovimme kumppanuudesta."]
    assert ledger.verify() is None
    for deed in (
        lambda: rounds.open_(round_, edition="0.9", drawn_from=round_.request_state, by=scene.by),
        lambda: rounds.change(round_, REQUEST, drawn_from=round_.request_state, by=scene.by),
        lambda: rounds.discard(round_, by=scene.by),
        lambda: rounds.uninvite(rounds.invitees(round_)[0], by=scene.by),
    ):
        refused(scene, rounds.OpenedAlready, deed)
    other = scene.make()
    drawn = other.request_state
    for kind, deed in (
        (rounds.RequestChanged, lambda: rounds.open_(other, edition="0.9", drawn_from="", by=scene.by)),
        (agreements.NameTaken, lambda: rounds.open_(other, edition="0.8", drawn_from=drawn, by=scene.by)),
    ):
        refused(scene, kind, deed)
    for kind, asked in (
        (rounds.NothingAsked, {"background": ""}),
        (rounds.PastDay, {"last_day": today() - DAY}),
        (rounds.NoText, {"section_ids": (empty.id,)}),
    ):
        unfit = scene.make(**asked)
        opens = partial(rounds.open_, unfit, edition="0.9", drawn_from=unfit.request_state, by=scene.by)
        refused(scene, kind, opens)


def test_a_name_that_holds_this_very_text_is_the_edition_that_is_asked_about(scene: Scene) -> None:
    frozen = agreements.freeze(scene.agreement, "0.1", by=scene.by)
    assert scene.open().edition_id == frozen.id
    assert len(agreements.editions(scene.agreement)) == 1
    assert ledger.verify() is None


def test_the_last_day_ends_at_midnight_in_helsinki_and_only_a_person_closes(
    scene: Scene, clock: Callable[..., Any]
) -> None:
    for last_day in (date(2026, 3, 29), date(2026, 10, 25)):  # the nights the clock is moved
        round_ = scene.open(last_day=last_day)
        rounds.require_open(round_)
        with clock(end_of(last_day)):
            assert round_.state is RoundState.OPEN
        with clock(end_of(last_day) + timedelta(seconds=1)):
            assert round_.state is RoundState.LATE
            rounds.require_open(round_)  # late answers are taken
    with clock(end_of(LAST)):
        assert told(scene, lambda: rounds.close(round_, by=scene.by)) == ["round.closed"]
        facts = refused(scene, rounds.RoundClosed, lambda: rounds.close(round_, by=scene.by))
        assert facts == {"on": LAST}
        with pytest.raises(rounds.RoundClosed):
            rounds.require_open(round_)
    assert [each.number for each in rounds.open_rounds(scene.agreement)] == [1]
    assert ledger.verify() is None


def test_more_time_is_given_only_forward_and_only_while_it_is_open(scene: Scene, clock: Callable[..., Any]) -> None:
    round_ = scene.open()
    facts = refused(scene, rounds.NotLater, lambda: rounds.extend(round_, last_day=LAST, by=scene.by))
    assert facts == {"field": "last_day", "last_day": LAST}
    with clock(end_of(LAST + 9 * DAY)):
        refused(scene, rounds.PastDay, lambda: rounds.extend(round_, last_day=LAST + DAY, by=scene.by))
        rounds.extend(round_, last_day=LAST + 10 * DAY, by=scene.by)
        assert (scene.last()[0], round_.state) == ("round.extended", RoundState.OPEN)
    draft = scene.make()
    refused(scene, rounds.NotOpened, lambda: rounds.extend(draft, last_day=LAST + DAY, by=scene.by))
    rounds.close(round_, by=scene.by)
    refused(scene, rounds.RoundClosed, lambda: rounds.extend(round_, last_day=LAST + 20 * DAY, by=scene.by))
    assert ledger.verify() is None


def test_everybody_is_invited_once_and_who_was_sent_a_letter_stays_on_the_list(scene: Scene) -> None:
    first, second, third = (scene.organisation(name) for name in ("Omaiset ry", "Nuoret ry", "Martat ry"))
    body = organisations.add_body(scene.agreement, name="Verkosto", kind=BodyKind.SECTOR_NETWORK, by=scene.by).id
    round_ = scene.make()
    rounds.invite(round_, organisations=[first, first], bodies=[body], by=scene.by)
    rounds.invite(round_, organisations=[first, second], by=scene.by)
    gone = next(each for each in rounds.invitees(round_) if each.organisation_id == second)
    rounds.uninvite(gone, by=scene.by)
    assert {each.name: each.invited_at for each in rounds.invitees(round_)} == {"Omaiset ry": None, "Verkosto": None}
    rounds.open_(round_, edition="0.8", drawn_from=round_.request_state, by=scene.by)
    added = rounds.invite(round_, organisations=[third, first], by=scene.by)
    assert [(each.name, each.invited_at) for each in added] == [("Martat ry", now())]
    assert scene.last() == (
        "round.invited", {"round_id": str(round_.id), "round": 1, "invited_ids": [str(third)]}
    )  # fmt: skip
    refused(scene, rounds.Nobody, lambda: rounds.invite(round_, by=scene.by))
    refused(scene, rounds.NobodyNew, lambda: rounds.invite(round_, organisations=[first], bodies=[body], by=scene.by))
    organisations.remove(organisations.by_id(second), by=scene.by)  # type: ignore[arg-type]  # it is there
    refused(scene, rounds.NotListed, lambda: rounds.invite(round_, organisations=[second], by=scene.by))
    refused(scene, rounds.NotListed, lambda: rounds.invite(round_, bodies=[first], by=scene.by))


def test_whoever_declined_is_not_reminded(scene: Scene) -> None:
    round_ = scene.open()
    first, second = rounds.invite(
        round_, organisations=[scene.organisation("Omaiset ry"), scene.organisation("Nuoret ry")], by=scene.by
    )
    rounds.decline(first, reason=" Ei ehditä ", by=None)
    assert (first.declined_at, first.decline_reason) == (now(), "Ei ehditä")
    assert scene.last() == ("round.declined", {"round_id": str(round_.id), "round": 1, "name": first.name})
    refused(scene, rounds.DeclinedAlready, lambda: rounds.decline(first, by=scene.by))
    rounds.remind(round_, [first, second], by=scene.by)
    assert (first.reminded_at, second.reminded_at) == (None, now())
    refused(scene, rounds.Nobody, lambda: rounds.remind(round_, [first], by=scene.by))
    rounds.close(round_, by=scene.by)
    refused(scene, rounds.RoundClosed, lambda: rounds.remind(round_, [second], by=scene.by))
    refused(scene, rounds.RoundClosed, lambda: rounds.decline(second, by=None))


def test_links_are_found_by_their_secret_until_they_are_taken_back(scene: Scene) -> None:
    chapter, other = scene.chapters
    round_ = scene.open(section_ids=(chapter.id,))
    (invitee,) = rounds.invite(round_, organisations=[scene.organisation("Omaiset ry")], by=scene.by)
    link, secret = rounds.make_link(round_, section_id=chapter.id, by=scene.aino)
    personal = [rounds.personal_secret(invitee) for _letter in range(2)]  # an earlier letter goes on working
    for found, kind in ((secret, LinkKind.SECTION), (personal[0], LinkKind.PERSONAL), (personal[1], LinkKind.PERSONAL)):
        assert len(found) >= 43  # 256 bits
        known = rounds.link_by_secret(found)
        assert known is not None
        assert (known.kind, known.round, found in known.secret_hash) == (kind, round_, False)
    assert rounds.link_by_secret(f"{secret}x") is None
    refused(scene, rounds.NotInText, lambda: rounds.make_link(round_, section_id=other.id, by=scene.aino))
    assert [each.made_by for each in rounds.section_links(round_)] == [scene.aino]
    rounds.revoke_link(link, by=scene.by)
    rounds.revoke_personal(invitee, by=scene.by)
    assert scene.last()[1]["name"] == "Omaiset ry"
    assert [rounds.link_by_secret(each) for each in (secret, *personal)] == [None, None, None]
    refused(scene, rounds.LinkEnded, lambda: rounds.revoke_link(link, by=scene.by))
    refused(scene, rounds.LinkEnded, lambda: rounds.revoke_personal(invitee, by=scene.by))
    rounds.close(round_, by=scene.by)
    for deed in (lambda: rounds.make_link(round_, by=scene.aino), lambda: rounds.personal_secret(invitee)):
        refused(scene, rounds.RoundClosed, deed)


SEED, KEY = b"form", b"installation"


def test_a_letter_on_paper_holds_a_code_that_leads_to_a_link_of_its_own(scene: Scene) -> None:
    round_ = scene.open()
    names = ("Omaiset ry", "Nuoret ry", "Ei ry")
    one, two, out = rounds.invite(round_, organisations=[scene.organisation(each) for each in names], by=scene.by)
    rounds.decline(out, by=scene.by)
    printed = rounds.print_letters(round_, [one, two, out], seed=SEED, key=KEY, by=scene.aino)
    assert [each.invitee for each in printed] == [one, two]
    assert scene.last() == (
        "round.letters-printed",
        {"round_id": str(round_.id), "round": 1, "invitee_ids": sorted([str(one.id), str(two.id)]), "name": ""},
    )
    for each in printed:
        assert re.fullmatch("([34679AC-HJKMNP-RTVXY]{3}-){2}[34679AC-HJKMNP-RTVXY]{3}", each.code)
        typed = each.code.lower().replace("-", " ")
        link = rounds.link_by_secret(rounds.secret_by_code(f" {each.number} ", typed, key=KEY))
        assert link is not None
        assert (link.invitee, rounds.latest_letters(round_)[each.invitee.id]) == (each.invitee, link)
    assert 23**9 > 2**40
    # Pressed twice: the same letters, and nothing is told of it.
    before = len(ledger.entries(scene.agreement.id, most=100))
    assert rounds.print_letters(round_, [one, two], seed=SEED, key=KEY, by=scene.aino) == printed
    assert len(ledger.entries(scene.agreement.id, most=100)) == before
    # Printed anew: the letter before ends, that of the other one goes on.
    standing = rounds.latest_letters(round_)[one.id].id
    other = partial(rounds.print_letters, round_, seed=b"another form", key=KEY, by=scene.aino)
    refused(scene, rounds.PrintedMeanwhile, lambda: other([one, two]))  # the form did not tell of these letters
    (again,) = other([one, two], replacing=[standing])
    assert scene.last()[1]["name"] == "Omaiset ry"
    assert rounds.secret_by_code(again.number, again.code, key=KEY)
    assert rounds.secret_by_code(printed[1].number, printed[1].code, key=KEY)
    ended, foreign = (printed[0].number, printed[0].code, KEY), (again.number, again.code, b"another installation")
    for number, code, key in (ended, foreign, (printed[1].number, again.code, KEY), ("", "", KEY)):
        refused(scene, rounds.WrongLetter, partial(rounds.secret_by_code, number, code, key=key))
    rounds.revoke_personal(one, by=scene.by)
    refused(scene, rounds.WrongLetter, lambda: rounds.secret_by_code(again.number, again.code, key=KEY))
    refused(scene, rounds.Nobody, lambda: rounds.print_letters(round_, [out], seed=SEED, key=KEY, by=scene.aino))
    rounds.close(round_, by=scene.by)
    closed = partial(rounds.print_letters, round_, [two], seed=SEED, key=KEY, by=scene.aino)
    refused(scene, rounds.RoundClosed, closed)


@pytest.mark.parametrize("is_known", [True, False])
def test_five_wrong_codes_lock_a_number_for_an_hour_whether_or_not_a_letter_has_it(
    is_known: bool, scene: Scene, clock: Clock
) -> None:
    round_ = scene.open()
    (invitee,) = rounds.invite(round_, organisations=[scene.organisation("Omaiset ry")], by=scene.by)
    (letter,) = rounds.print_letters(round_, [invitee], seed=SEED, key=KEY, by=scene.aino)
    number = letter.number if is_known else f"{(int(letter.number.replace(' ', '')) + 1) % 10**6:06d}"
    begun = now()

    def tried(minutes: float, code: str = "333-333-333") -> object:
        with clock(begun + timedelta(minutes=minutes)):
            try:
                return rounds.secret_by_code(number, code, key=KEY)
            except rounds.LetterLocked as locked:
                return locked.facts["wait"]
            except rounds.WrongLetter:
                return "wrong"

    # The fifth locks, counted from itself; then even the right code waits.
    assert [tried(minute) for minute in (0, 10, 20, 30)] == ["wrong"] * 4
    opened: object = "wrong"
    if is_known:
        opened = tried(31, letter.code)
        assert opened == tried(31, letter.code), "a right code opens as often as it is typed"
        assert [tried(minute) for minute in (32, 33, 34, 35)] == ["wrong"] * 4, "and forgets the wrong ones before"
    assert tried(40) == 60 * 60
    assert [tried(minute, letter.code) for minute in (50, 99)] == [50 * 60 + 1, 60 + 1]
    assert tried(100.1, letter.code) == opened


def test_news_are_written_by_one_at_a_time(scene: Scene) -> None:
    round_ = scene.open()
    seen = round_.news_state
    rounds.write_news(round_, headline="Avustukset huolettavat", lead="Eniten.", drawn_from=seen, by=scene.by)
    assert (round_.headline, round_.lead, scene.last()[0]) == (
        "Avustukset huolettavat",
        "Eniten.",
        "round.news-written",
    )
    stale = {"headline": "Muu", "lead": "", "drawn_from": seen, "by": scene.by}
    refused(scene, rounds.NewsChanged, lambda: rounds.write_news(round_, **stale))
    draft = scene.make()
    refused(scene, rounds.NotOpened, lambda: rounds.write_news(draft, **stale))
    assert ledger.verify() is None


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2026-04-01", "2026-05-13", []),
        ("2026-04-01", "2026-04-29", []),
        ("2026-04-01", "2026-04-28", ["short"]),
        ("2026-11-12", "2026-12-24", ["christmas"]),
        ("2027-01-06", "2027-02-28", ["christmas"]),
        ("2026-05-25", "2026-07-01", ["july"]),
        ("2026-07-31", "2026-08-10", ["short", "july"]),
        ("2026-06-01", "2027-01-10", ["christmas", "july"]),
    ],
)
def test_a_hard_window_is_told(first: str, last: str, found: list[str]) -> None:
    assert rounds.troubles(date.fromisoformat(first), date.fromisoformat(last)) == found
