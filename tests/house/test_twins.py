"""Two agreements alike: whoever runs both reaches nothing of one by an address of the other."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from kumppanuus import agreements, members
from kumppanuus.accounts import User
from kumppanuus.agreements import Side
from kumppanuus.db import db, writing
from kumppanuus.members import Member, Role
from kumppanuus.web.screen import ROUTES
from tests.client import Page
from tests.databases import Browsers, Databases
from tests.house import roles
from tests.house.addresses import contents

ANSWERS = {"round", "invitee", "answer", "statement", "remark", "file", "link"}


def join_town(databases: Databases, world: Any) -> None:
    """Let the coordinator of the county coordinate in the town too, and a representative speak there."""
    with databases.app.app_context(), writing():
        town = agreements.by_slug(world.town.slug)
        assert town is not None
        by = db.session.scalars(
            sa.select(Member.user_id).where(Member.agreement_id == town.id, Member.role == Role.COORDINATOR)
        ).first()
        assert by is not None
        for person, role, side in (
            (world.mikko, Role.COORDINATOR, None),
            (world.aino, Role.REPRESENTATIVE, Side.ORGANISATIONS),
        ):
            if members.of(town.id, person) is None:
                address = db.session.get_one(User, person).address
                members.add(
                    town, address=address, name="Kaksonen", role=role, side=side, organisation="Kaksoset ry", by=by
                )
        db.session.commit()


def test_no_id_of_one_agreement_opens_anything_under_the_address_of_the_other(
    databases: Databases, world: Any, browser: Browsers
) -> None:
    join_town(databases, world)
    ours, theirs = (
        roles.things(databases.app, slug, author=world.aino, by=world.mikko) for slug in (world.slug, world.town.slug)
    )
    client = browser(world.mikko)
    token, before, tried = client.token(), contents(databases.app), set()
    adapter = databases.app.url_map.bind("localhost")
    for rule in databases.app.url_map.iter_rules():
        if "agreement" not in rule.arguments or rule.endpoint not in ROUTES:
            continue
        for name in sorted(rule.arguments):
            foreign = theirs.get(name)
            if not isinstance(foreign, UUID):
                continue  # numbers, which each agreement counts for itself
            bodies = []
            for wrong in (foreign, uuid4()):
                values = {each: ours.get(each, "x") for each in rule.arguments} | {name: wrong}
                path = adapter.build(rule.endpoint, values)
                is_deed = ROUTES[rule.endpoint][0] == "deed"
                response = client.open(path, method="POST" if is_deed else "GET", data=token if is_deed else None)
                assert response.status_code == 404, f"{rule.endpoint} with the {name} of the other: {path}"
                bodies.append(Page(response.text).text)
            assert bodies[0] == bodies[1], f"{rule.endpoint} tells that there is such a {name} elsewhere"
            tried.add(name)
    assert tried >= ANSWERS - {"round"}
    assert contents(databases.app) == before
