"""Alphabetical order and case-blind search in Finnish and Swedish."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumppanuus.text.collation import fold, sort_key
from tests.payloads import NAUGHTY, UNWRITABLE
from tests.text.strategies import texts, thoroughly


@pytest.mark.parametrize(
    "in_order",
    [
        ["Aalto", "Espoo", "Zeniitti", "Åbo", "Äänekoski", "Öja"],
        ["ap", "aq", "av", "aw", "az", "aå", "aä", "aö"],
        ["Vaasa", "Veikkola", "Vuosaari", "Wasa", "Wiitasaari", "Xantippa"],
        ["aalto", "Aamu", "AARNE", "aasi"],
        ["Andre", "André", "Andréa", "Andrea Å", "Andres"],
        ["Liite 1", "Liite 2", "Liite 9", "Liite 10", "Liite 100"],
        ["1.2", "1.10", "2.1", "10.1"],
        ["Espoo", "Espoo ry", "Espoon Y", "Espoonlahti"],
        ["", " ", "-", "1", "a"],
        ["Muller", "Müller", "Mylläri"],
        ["Sarah", "Śarka", "Saska"],
        ["Oslo", "Ruotsi", "Ålborg", "Ørsted", "Österbotten"],
    ],
)
def test_texts_stand_in_finnish_order(in_order: list[str]) -> None:
    shuffled = in_order.copy()
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == in_order


@thoroughly
@given(texts)
def test_the_order_does_not_depend_on_how_letters_are_composed(text: str) -> None:
    assert sort_key(unicodedata.normalize("NFD", text)) == sort_key(unicodedata.normalize("NFC", text))


@thoroughly
@given(st.lists(texts, max_size=6))
def test_any_texts_can_be_sorted_and_only_one_and_the_same_text_ties(several: list[str]) -> None:
    composed = [unicodedata.normalize("NFC", text) for text in several]
    assert sorted(composed, key=sort_key) == sorted(sorted(composed), key=sort_key)
    assert len({sort_key(text) for text in several}) == len(set(composed))


def test_no_text_is_too_odd_to_be_sorted_or_folded() -> None:
    for text in NAUGHTY + UNWRITABLE:
        assert sort_key(text) >= sort_key("")
        assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "looked_for"),
    [
        ("ÄÄNEKOSKI", "äänekoski"),
        ("A\u0308a\u0308nekoski", "ÄÄNEKOSKI"),
        ("Straße", "STRASSE"),
        ("yhteis\u00adtyö", "Yhteistyö"),
        ("25\u00a0000", "25 000"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_search_finds_in_any_case_and_form(written: str, looked_for: str) -> None:
    assert fold(written) == fold(looked_for)


def test_search_tells_letters_with_dots_from_those_without() -> None:
    assert fold("Äiti") != fold("Aiti")


@thoroughly
@given(texts)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFC", fold(text))
