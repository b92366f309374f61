"""Nothing of a closed agreement is told outside it: a mark in every field, then every address and every letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from kumppanuus import accounts, agreements, members, notifications, rounds
from kumppanuus.config import Settings
from kumppanuus.db import Base, db, now, writing
from kumppanuus.members import Invitation, Role
from kumppanuus.notifications import Letter
from kumppanuus.rounds import Round
from kumppanuus.statements import Statement
from kumppanuus.summaries import Thanks
from kumppanuus.web import public_address
from kumppanuus.web.screen import ROUTES
from tests.databases import SQLITE, Browsers, Databases
from tests.house import roles
from tests.house.addresses import paths

Clock = Callable[[datetime], AbstractContextManager[None]]
Marks = set[tuple[str, str]]

# Columns of text that hold no words of anybody: keys, digests, kinds, numbers in words, and what only machines read.
NO_WORDS = {
    *("agreement.slug", "form_key.key", "form_key.led_to", "ledger_chain.head", "limit_use.key"),
    *("ledger_entry.kind", "ledger_entry.data", "ledger_entry.seals", "ledger_entry.previous", "ledger_entry.digest"),
    *("sign_in.leads_to", "sign_in.browser_hash", "sign_in.token_hash", "sign_in.code_hash", "session.token_hash"),
    *("address_change.token_hash", "draft.place", "edition.content_digest", "invitation.token_hash", "job.kind"),
    *("job.refusal", "mailing.calendar_hash", "sector.name_key", "body.name_key", "organisation.name_key"),
    *("organisation.municipality_key", "clause_version.fingerprint", "summary_part.key", "edition_clause.label"),
    *("edition_clause.section_label", "round_link.secret_hash", "statement_link.secret_hash", "feedback.place"),
    *("summary_file.form", "summary_file.media_type", "summary_file.digest", "statement_file.media_type"),
    "statement_file.digest",
}
MARK = re.compile(r"mrk-([a-z_]+)-([a-z_]+)-([0-9a-f]{8})")

# What is told to somebody outside, exactly: by the secret of an address what it was sent for, what is published, and
# what is no part of an agreement.
ASKED = {"agreement.title", "agreement.authority_name", "round.title", "round.background", "organisation.name"}
ASKED |= {"edition_clause.section_title"}
INVITING = {"agreement.title", "agreement.authority_name", "agreement.body_name", "invitation.address", "user.name"}
TOLD = {
    "invitations.show": INVITING,
    "invitations.join": INVITING,
    "statements.open_link": ASKED,
    "statements.part_by_link": {
        *("organisation.name", "edition_clause.section_title", "clause_version.title", "clause_version.text"),
    },
    "statements.review_by_link": {"organisation.name", "round.title"},
    "statements.send_by_link": {"organisation.name", "round.title"},
    "summaries.read": {"summary_publication.title", "summary_publication.page"},  # drawn before there were marks
    "summaries.file": {"summary_file.name"},
    "calendars.read": {"agreement.title", "question.title"},  # what the one whose calendar it is may read
    "own_data.known": {"invitation.address"},  # the own one
    "own_data.download": {"invitation.address"},
    "accessibility.index": {"feedback.text"},  # about the service: whoever may start agreements answers it
    "accessibility.one": {"feedback.text"},
    "accessibility.answer": {"feedback.text"},
}
ONE_OF_EACH = {"agreement", "organisation", "round", "user"}  # tables of which only one row may be told of

# Letters to those who are no members, by whose address it is.
ANSWERED = {"remark.text", "remark.suggested_text", "remark.reason", "clause_version.title", "round_question.text"}
LETTERS = {
    "organisation.contact_address": {
        *("agreement.title", "agreement.authority_name", "round.title", "organisation.name"),
        *("organisation.contact_name", *ANSWERED),
    },
    "statement.giver_address": {"round.title", "statement.giver_name"},
    "invitation.address": {
        *("agreement.title", "agreement.authority_name", "invitation.name", "invitation.message", "user.name"),
    },
}


def mark(app: Flask) -> None:
    """Put a mark before every text of the database: which column it stands in, and of which row."""
    with app.app_context(), writing():
        for table in Base.metadata.sorted_tables:
            row = sa.func.substr(sa.cast(table.c.id, sa.String), 1, 8) if "id" in table.c else sa.literal("0" * 8)
            for column in table.c:
                if not isinstance(column.type, sa.Text | accounts.PersonName) or str(column) in NO_WORDS:
                    continue
                glue = "-" if column.name.endswith("address") else " "
                text = sa.literal(f"mrk-{table.name}-{column.name}-") + row + glue + sa.cast(column, sa.String)
                db.session.execute(sa.update(table).where(column != "").values({column.name: text}))
        db.session.commit()


def marks(text: str) -> Marks:
    """Whose words stand in a text: the columns, and how the id of the row begins."""
    found = {(f"{table}.{column}", row) for table, column, row in MARK.findall(text)}
    assert len(found) <= text.count("mrk-")
    assert found or "mrk-" not in text
    return found


def columns(found: Marks) -> set[str]:
    return {column for column, _row in found}


def stage(databases: Databases, world: Any) -> tuple[UUID, dict[str, Any]]:
    """Everything is marked; then somebody who was a coordinator here, and is invited again, starts an agreement of
    their own. Gives the person, and real values for every address."""
    with databases.app.app_context(), writing():
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        person = accounts.find_or_add("toinen@kumppanuus.example", "Toinen", by=None)
        was = members.add(
            agreement, address=person.address, name="Toinen", role=Role.COORDINATOR, side=None, by=world.mikko
        )
        members.end(was, by=world.mikko)
        roles.invite(agreement, person.address, world.mikko)
        roles.suggest(agreement, world.aino)
        db.session.commit()
    things = roles.things(databases.app, world.slug, author=world.aino, by=world.mikko)
    mark(databases.app)
    with databases.app.app_context(), writing():
        person = db.session.scalars(
            select(accounts.User).where(accounts.User.address.endswith("toinen@kumppanuus.example"))
        ).one()
        person.address, person.name = "toinen@kumppanuus.example", "Toinen"
        found, _slug = roles.start_elsewhere()
        db.session.commit()
    return found, things


def shown(databases: Databases, things: dict[str, Any], person: UUID) -> dict[str, Marks]:
    """Every address at which somebody is told words that were marked. Pages first: a deed may sign out."""
    browser = Browsers(databases.app)
    client, found = browser(person), dict[str, Marks]()
    token = client.token()
    for endpoint, path in sorted(paths(databases.app, things).items(), key=lambda each: ROUTES[each[0]][0] == "deed"):
        is_deed = ROUTES[endpoint][0] == "deed"
        response = client.open(path, method="POST" if is_deed else "GET", data=token if is_deed else None, lint=False)
        found[endpoint] = marks(f"{response.headers}\n{response.data.decode(errors='replace')}")
        if is_deed and endpoint.partition(".")[0] in ("account", "invitations", "own_data", "signin"):
            client = browser(person)
            token = client.token()
    return {endpoint: words for endpoint, words in found.items() if words}


def letters(databases: Databases) -> list[tuple[Marks, Marks]]:
    """Whom every letter went to, and whose words it holds: all that can be wished for, and the digests of a week."""
    with databases.app.app_context():
        for thanks in db.session.scalars(select(Thanks)):
            notifications.wish(Letter.OUTCOME, thanks.id)
        for statement in db.session.scalars(select(Statement).join(Round).where(Statement.giver_address != "")):
            notifications.wish(Letter.ANSWER_THANKS, statement.id)
        for asked in db.session.scalars(select(Round).where(Round.opened_at.is_not(None))):
            notifications.wish_all(Letter.INVITATION, rounds.recipients(rounds.invitees(asked)))
        for invitation in db.session.scalars(select(Invitation)):
            notifications.wish(Letter.MEMBERSHIP, invitation.id)
        db.session.commit()
        notifications.look(public_address)
        settings: Settings = databases.app.extensions["settings"]
        kept = notifications.kept(settings, most=10_000)
    return [(marks(each.to), marks(f"{each.subject}\n{each.text}")) for each in kept]


@pytest.mark.parametrize("databases", [SQLITE], indirect=True)  # who is told what does not hang on the database
def test_nothing_of_a_closed_agreement_is_told_outside_it(databases: Databases, world: Any, clock: Clock) -> None:
    person, things = stage(databases, world)
    with databases.app.app_context():
        asked = rounds.link_by_secret(things["token"])
        assert asked is not None
        assert asked.invitee is not None
        own = {
            str(each)[:8]
            for each in (
                world.agreement,
                world.town.agreement,
                world.mikko,
                asked.round_id,
                asked.invitee.organisation_id,
            )
        }
    found = shown(databases, things, person)
    told_of = {endpoint: columns(words) for endpoint, words in found.items()}
    differs = [each for each in told_of.keys() | TOLD if told_of.get(each) != TOLD.get(each)]
    assert not differs, {each: told_of.get(each) for each in differs}
    for endpoint, words in found.items():
        rows = {row for column, row in words if column.partition(".")[0] in ONE_OF_EACH}
        assert rows <= own, f"{endpoint} tells of others: {words}"
    with clock(now() + timedelta(days=8)):
        sent = letters(databases)
    told: dict[str, set[str]] = {column: set() for column in LETTERS}
    for to, words in sent:
        whose = {column for column in columns(to) if column.endswith("address")} or {"nobody"}
        if whose == {"user.address"}:
            continue  # a member
        assert columns(words) <= LETTERS.get(*whose, set()), f"a letter to {to}"
        told[next(iter(whose))] |= columns(words)
    assert told == LETTERS
