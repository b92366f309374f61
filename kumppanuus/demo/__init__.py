"""The demo world: one county and one town, their agreements part-way, and the people who write them.

Everything is made by the verbs of the concepts, in the order of time, so the record of it holds like any other. Nothing
is random; every date is counted from one day, and nothing lies in the future. `Story` tells the files of this folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kumppanuus.accounts import User
from kumppanuus.db import db
from kumppanuus.db import today as this_day
from kumppanuus.demo import hearing
from kumppanuus.demo.place import Place, place
from kumppanuus.demo.plain import Plain, make_plain
from kumppanuus.demo.story import Story

__all__ = ["Place", "Plain", "World", "is_empty", "make", "make_plain"]


@dataclass(frozen=True)
class World(Place):
    """The names of the demo world: the county's agreement, the town's, and the ids of the people."""

    town: Place
    names: dict[UUID, str]
    mikko: UUID  # coordinator, employed by the organisations; reader in the town
    tuula: UUID  # coordinator, employed by the county
    riikka: UUID  # official, approves for the county
    marja: UUID  # official, approves for the county
    hannu: UUID  # official
    aino: UUID  # representative, approves for the organisations
    kaarina: UUID  # representative
    pertti: UUID  # representative, in the town too
    sari: UUID  # representative
    jari: UUID  # representative
    anneli: UUID  # representative
    veikko: UUID  # representative
    amina: UUID  # representative
    timo: UUID  # was a representative; the account is closed
    outi: UUID  # reader; coordinator in the town
    ilkka: UUID  # official of the town, approves for it
    pirjo: UUID  # representative in the town, approves for the organisations
    eero: UUID  # has an account and is a member of nothing


def is_empty() -> bool:
    """Whether the database holds nobody yet."""
    return db.session.scalar(select(User.id).limit(1)) is None


def make(today: date | None = None) -> World:
    """Fill an empty database with the demo world, as it stands on a day; this day if none is given.

    The caller commits.
    """
    story = Story(today or this_day())
    story.introduce(_data("people.json"))
    for name in ("jarvi_suomi", "selkajarvi"):
        story.read(name, _data(f"{name}.json"), _data(f"{name}_talk.json"))
    story.register("jarvi_suomi", _data("jarvi_suomi_register.json"))
    data = (_data(f"jarvi_suomi_{name}.json") for name in ("rounds", "remarks", "responses"))
    story.hear("jarvi_suomi", hearing.steps(*data))
    story.tell()
    people: dict[str, Any] = {key: user.id for key, user in story.people.items()}
    names = {user.id: user.name for user in story.people.values()}
    county, town = (
        place(tale.agreement, tale.members, tale.questions.values(), tale.suggestions) for tale in story.tales.values()
    )
    return World(**vars(county), town=town, names=names, **people)


@cache
def _data(name: str) -> Any:  # JSON: the story says what it holds
    return json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
