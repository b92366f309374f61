"""Every event is told in a sentence, and no sentence is left over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from jinja2 import Environment, nodes

from kumppanuus import agreements, ledger, questions
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, AgreementKind, Outline
from kumppanuus.db import db, writing
from kumppanuus.ledger import Entry, Event
from kumppanuus.notifications import REACH, Reach
from kumppanuus.progress import standing
from kumppanuus.summaries import counting
from kumppanuus.web import surroundings
from kumppanuus.web.history import Telling, lines
from kumppanuus.web.screen import Parts
from tests.client import Page, words_of
from tests.databases import Databases, Queries

TEMPLATE = Path(__file__).parents[2] / "templates" / "events" / "parts.html"
HOSTILE = "<img src=x onerror=alert(1)> & \"'"
KINDS = sorted(Event.kinds)


def macro_of(kind: str) -> str:
    return kind.replace(".", "_").replace("-", "_")


def macros() -> dict[str, nodes.Macro]:
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(TEMPLATE.read_text(encoding="utf-8"))
    return {macro.name: macro for macro in tree.find_all(nodes.Macro)}


def test_each_kind_of_event_has_a_sentence_and_each_sentence_a_kind() -> None:
    assert set(macros()) == {macro_of(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_uses_only_facts_of_its_event(kind: str) -> None:
    used = {
        found.attr
        for found in macros()[macro_of(kind)].find_all(nodes.Getattr)
        if isinstance(found.node, nodes.Getattr) and found.node.attr == "facts"
    }
    assert used <= ledger.event_fields(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_told_whatever_its_facts(kind: str, databases: Databases) -> None:
    actor = uuid4()
    names = {actor: HOSTILE}
    whole = Outline(Agreement(slug="koe", kind=AgreementKind.PARTNERSHIP_AGREEMENT), [], [], [])
    with databases.app.test_request_context("/"):
        for event in every_event(Event.kinds[kind]):
            facts = as_kept(event)
            people = {
                UUID(value): HOSTILE
                for name, value in facts.items()
                if name in ("user_id", "member_id", "heir_id") and value
            }
            entry = Entry(number=1, kind=kind, at=datetime.now(UTC), actor_id=actor, subject_id=uuid4())
            telling = Telling(entry, facts, names | people, {person: person for person in people}, {}, {}, whole)
            assert_sentence(getattr(Parts("events/parts.html"), macro_of(kind))(telling), facts)


def test_everything_that_happened_in_the_demo_world_is_told(world: Any, databases: Databases) -> None:
    with databases.app.app_context(), writing():
        db.session.execute(sa.update(User).values(name=HOSTILE))
        db.session.commit()
    told: set[str] = set()
    with databases.app.test_request_context("/"):
        for slug in (world.slug, world.town.slug):
            agreement = agreements.by_slug(slug)
            assert agreement is not None
            entries = ledger.entries(agreement.id, most=10_000)
            whole, register = agreements.outline(agreement), questions.listed(agreement)
            for entry, line in zip(entries, lines(entries, whole, register), strict=True):
                assert_sentence(line.html, entry.facts)
                who = HOSTILE if entry.actor_id else "Palvelu"  # who came by a link has no account
                assert (line.number, line.kind, line.actor) == (entry.number, entry.kind, who)
                told.add(line.kind)
    undone = ("organisation.contact-erased", "response.not-needed", "summary.withdrawn", "round.letters-printed")
    untold = ("person.", "feedback.", "statement.", "remark.", *undone)
    sent = {"statement.sent", "statement.recorded", "summary.published", "summary.thanked"}
    assert told == {kind for kind in KINDS if not kind.startswith(untold)} | sent


def test_telling_costs_the_same_however_much_happened(
    world: Any, databases: Databases, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    with databases.app.test_request_context("/"):
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        whole, register = agreements.outline(agreement), questions.listed(agreement)
        for most in (60, 500):
            entries = ledger.entries(agreement.id, most=most)
            with queries() as spent:
                assert len(lines(entries, whole, register)) == most
            assert len(spent) <= 3, spent.statements  # members whose questions they are, names, suggestions talked of


def test_who_has_no_name_is_called_something(world: Any, databases: Databases) -> None:
    with databases.app.test_request_context("/"):
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        whole = agreements.outline(agreement)
        entries = [
            Entry(number=1, kind="agreement.edited", at=datetime.now(UTC), actor_id=actor, data="{}")
            for actor in (None, uuid4())
        ]
        told = [Page(line.html).text for line in lines(entries, whole, [])]
    assert told == ["Palvelu muutti sopimuksen tietoja.", "Poistettu henkilö muutti sopimuksen tietoja."]


def test_an_entry_from_before_its_event_could_name_an_origin_is_told(databases: Databases) -> None:
    whole = Outline(Agreement(slug="koe", kind=AgreementKind.PARTNERSHIP_AGREEMENT), [], [], [])
    kept = Entry(number=1, kind="agreement.started", at=datetime.now(UTC), actor_id=None, data='{"clauses":69}')
    with databases.app.test_request_context("/"):
        assert [line.html for line in lines([kept], whole, [])] == ["Palvelu aloitti sopimuksen."]


def test_the_removal_of_a_clause_is_approved_and_reopened_as_such(databases: Databases) -> None:
    whole = Outline(Agreement(slug="koe", kind=AgreementKind.PARTNERSHIP_AGREEMENT), [], [], [])
    told = []
    with databases.app.test_request_context("/"):
        for kind in ("approval.given", "approval.withdrawn", "clause.reopened", "comment.added"):
            entry = Entry(number=1, kind=kind, at=datetime.now(UTC), actor_id=None, subject_id=uuid4())
            facts = {"clause_id": str(uuid4()), "label": "", "side": "authority", "agreed": True, "reply": False}
            told.append(
                str(getattr(Parts("events/parts.html"), macro_of(kind))(Telling(entry, facts, {}, {}, {}, {}, whole)))
            )
    assert [Page(html).text for html in told] == [
        "Palvelu hyväksyi kohdan poistamisen hyvinvointialueen puolesta. Poistaminen on nyt sovittu.",
        "Palvelu perui kohdan poistamisen hyväksynnän hyvinvointialueen puolesta.",
        "Palvelu avasi uudelleen kohdan poistamisen.",
        "Palvelu kommentoi kohtaa (poistettu).",
    ]


def assert_sentence(html: str, facts: dict[str, Any]) -> None:
    """A sentence with a capital letter and a full stop, whose only marks are links and hidden words."""
    page = Page(str(html))
    assert {each.tag for each in page.root.iter() if isinstance(each.tag, str)} <= {"body", "a", "span"}
    for link in page.all("a"):
        assert words_of(link), html
        assert re.fullmatch(
            r"/(kohdat|sopimukset|muutosehdotukset)/[\w/-]+(\?a=\d+&b=\d+)?(#k-[\w-]+)?", link.get("href")
        ), html
    # The link to the comparison stands after the sentence.
    said = page.text.partition(" Vertaa ")[0] if "version_id" in facts and "number" in facts else page.text
    assert said.endswith("."), said
    assert not re.search(r"\s[.,]|  |None|%\(", said), said
    assert said[0].isupper() or said.startswith(HOSTILE), said


def every_event(event: type[Event]) -> Iterator[Event]:
    """Events of a kind with every combination of what their facts may be."""
    hints = get_type_hints(event)
    names = [field.name for field in fields(event)]  # type: ignore[arg-type]  # every event is a dataclass
    for values in product(*(every_value(hints[name]) for name in names)):
        yield event(**dict(zip(names, values, strict=True)))


def every_value(hint: Any) -> list[Any]:
    if get_origin(hint) is tuple:
        return [tuple(every_value(get_args(hint)[0]))]
    if args := get_args(hint):
        return [value for each in args for value in every_value(each)]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return list(hint)
    return {
        UUID: [uuid4()],
        str: [HOSTILE],
        int: [1, 2],
        bool: [True, False],
        date: [date(2026, 6, 15)],
        type(None): [None],
    }[hint]


def as_kept(event: Event) -> dict[str, Any]:
    """The facts of an event as they come back from the record."""
    return Entry(data=ledger.canonical(asdict(event))).facts  # type: ignore[call-overload]  # every event is a dataclass


def test_each_kind_of_event_has_an_audience_and_nobody_is_told_of_what_there_is_not() -> None:
    assert set(REACH) == set(KINDS)
    assert {kind for kind in KINDS if kind.startswith("person.")} <= {
        kind for kind, reach in REACH.items() if reach is Reach.NOBODY
    }


# What pages keep between requests is read anew by the nouns of what has happened. A noun in one of those tables answers
# for all of its kinds: whoever adds a kind looks at what the tables say of its noun, and then writes it here.
LOOKED_AT = {
    "approval": {"given", "withdrawn"},
    "clause": {"added", "moved", "removed", "reopened", "restored", "rewritten"},
    "comment": {"added", "edited", "endorsed", "endorsement-withdrawn", "settled"},
    "edition": {"frozen"},
    "export": {"archived", "made"},
    "feedback": {"answered", "given"},
    "member": {
        *("added", "changed", "ended", "handed-over", "joined"),
        *("invited", "invited-again", "invitation-withdrawn"),
    },
    "person": {
        *("added", "address-changed", "disabled", "identity-tied", "identity-untied", "may-start-agreements"),
        *("removed", "signed-in", "signed-out"),
    },
    "question": {
        *("admitted", "asked", "assigned", "declined", "edited", "linked", "move-undone", "moved", "updated"),
    },
    "questions": {"opened"},
    "remark": {"hidden", "taken-over"},
    "response": {"asked", "not-needed", "released", "replaced", "written"},
    "round": {
        *("changed", "closed", "declined", "discarded", "extended", "invited", "letters-printed"),
        *("link-made", "links-revoked", "made"),
        *("news-written", "opened", "reminded"),
    },
    "seat": {"added", "removed"},
    "section": {"added", "moved", "removed", "renamed", "restored"},
    "statement": {
        *("confirmed", "corrected", "giver-erased", "hidden", "recorded", "sent", "whole-set-apart"),
    },
    "suggestion": {"acceptance-undone", "accepted", "rejected", "withdrawn", "written"},
    "summary": {"published", "thanked", "withdrawn"},
    "term": {"begun", "ended"},
}


def test_what_a_kind_of_event_changes_of_what_pages_keep_was_looked_at() -> None:
    done: dict[str, set[str]] = {}
    for kind in KINDS:
        noun, _dot, what = kind.partition(".")
        done.setdefault(noun, set()).add(what)
    told = standing._CHANGES.keys() | surroundings._CHANGES.keys() | counting._APART
    assert {noun: done.get(noun) for noun in told} == LOOKED_AT
