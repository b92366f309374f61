"""Unsent text, and the keys of forms."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from kumppanuus import accounts, drafts
from kumppanuus.db import db, writing
from kumppanuus.errors import TooLong
from tests.databases import NOW

Clock = Callable[[datetime], AbstractContextManager[None]]
PLACE = "comment:1"


@pytest.fixture
def aino(inside_empty: None) -> UUID:
    return accounts.find_or_add("aino@example.fi", "Aino", by=None).id


@pytest.fixture
def eero(inside_empty: None) -> UUID:
    return accounts.find_or_add("eero@example.fi", "Eero", by=None).id


def typed(place: str, by: UUID) -> dict[str, str] | None:
    draft = drafts.find(place, by=by)
    return draft.fields if draft else None


def test_what_was_typed_is_kept_for_its_writer_alone_and_replaced_by_what_follows(aino: UUID, eero: UUID) -> None:
    drafts.keep(PLACE, {"text": "Kesken"}, by=aino)
    drafts.keep(PLACE, {"text": "Kesken jäi", "kind": "concern"}, by=aino)
    drafts.keep("comment:2", {"text": "Muualla"}, by=aino)
    assert typed(PLACE, aino) == {"text": "Kesken jäi", "kind": "concern"}
    assert typed("comment:2", aino) == {"text": "Muualla"}
    assert typed(PLACE, eero) is None


def test_sending_or_emptying_forgets_it(aino: UUID, eero: UUID) -> None:
    for writer in (aino, eero):
        drafts.keep(PLACE, {"text": "Kesken"}, by=writer)
    drafts.forget(PLACE, by=aino)
    assert (typed(PLACE, aino), typed(PLACE, eero)) == (None, {"text": "Kesken"})
    assert drafts.keep(PLACE, {"text": "  ", "kind": ""}, by=eero) is None
    assert typed(PLACE, eero) is None


def test_more_than_any_form_takes_is_refused_and_what_was_kept_stays(aino: UUID) -> None:
    drafts.keep(PLACE, {"text": "Kesken"}, by=aino)
    with pytest.raises(TooLong):
        drafts.keep(PLACE, {"text": "x" * 80_001}, by=aino)
    assert typed(PLACE, aino) == {"text": "Kesken"}


def test_others_who_type_at_the_same_place_are_known_for_a_quarter_of_an_hour(
    aino: UUID, eero: UUID, clock: Clock
) -> None:
    drafts.keep(PLACE, {"text": "Kesken"}, by=eero)
    assert drafts.others(PLACE, by=aino) == [eero]
    assert drafts.others(PLACE, by=eero) == []
    assert drafts.others("comment:2", by=aino) == []
    with clock(NOW + timedelta(minutes=15)):
        assert drafts.others(PLACE, by=aino) == []


def test_unsent_text_is_kept_for_three_months_and_keys_for_two_days(aino: UUID, eero: UUID, clock: Clock) -> None:
    drafts.keep(PLACE, {"text": "Kesken"}, by=aino)
    drafts.spend("key")
    with clock(NOW + timedelta(days=2)):
        drafts.keep(PLACE, {"text": "Kesken"}, by=eero)
        assert drafts.forget_old(timedelta(days=90)) == 1
        drafts.spend("key")
    with clock(NOW + timedelta(days=90)):
        assert drafts.forget_old(timedelta(days=90)) == 2
    assert (typed(PLACE, aino), typed(PLACE, eero)) == (None, {"text": "Kesken"})


def test_a_key_sent_five_times_at_once_is_spent_once(app: Flask) -> None:
    found: list[bool] = []
    start = threading.Barrier(5)

    def spend() -> None:
        start.wait()
        with app.app_context(), writing():
            try:
                drafts.spend("key")
                db.session.commit()
                found.append(True)
            except drafts.AlreadySent:
                found.append(False)

    spending = [threading.Thread(target=spend) for _each in range(5)]
    for thread in spending:
        thread.start()
    for thread in spending:
        thread.join()
    assert sorted(found) == [False] * 4 + [True]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(drafts.FormKey)) == 1


def test_the_key_of_a_form_is_spent_once_and_remembers_where_its_sender_was_led(inside_empty: None) -> None:
    drafts.spend("key")
    drafts.led_to("key", "/kohdat/1")
    with pytest.raises(drafts.AlreadySent) as refusal:
        drafts.spend("key")
    assert refusal.value.facts == {"led_to": "/kohdat/1"}


def test_the_key_of_a_refused_form_is_good_again(inside_empty: None) -> None:
    drafts.spend("key")
    drafts.unspend("key")
    drafts.spend("key")
    drafts.spend("another")
