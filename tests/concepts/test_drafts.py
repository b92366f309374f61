"""Unsent text, and the keys of forms."""

import pytest

from kumppanuus import drafts


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
