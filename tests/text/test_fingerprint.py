"""One normal form for every kept text, and a digest that stands for one exact wording."""

import hashlib
import unicodedata

import pytest
from hypothesis import assume, given

from kumppanuus.text.fingerprint import (
    Unwritable,
    fingerprint,
    normalised,
    one_line,
    removal_fingerprint,
    writable,
)
from tests.payloads import INERT, NAUGHTY, UNWRITABLE, XSS
from tests.text.strategies import texts, thoroughly


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" \t\n\n ", ""),
        ("Ja\u0308rjesto\u0308", "Järjestö"),
        ("eka\r\ntoka\rkolmas\n", "eka\ntoka\nkolmas"),
        ("rivi \t\n  sisennetty  \n", "rivi\n  sisennetty"),
        ("\n\n  - eka\n  - toka\n\n\n", "  - eka\n  - toka"),
        ("kova\u00a0väli\u00a0", "kova\u00a0väli\u00a0"),
        ("yhteis\u00adtyö\u2028\u0085", "yhteis\u00adtyö\u2028\u0085"),
    ],
)
def test_what_is_typed_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert normalised(typed) == kept


def test_a_kept_text_is_the_typed_one_code_point_for_code_point_in_nfc() -> None:
    typed = NAUGHTY + INERT + XSS
    assert [normalised(text) for text in typed] == [unicodedata.normalize("NFC", text) for text in typed]


@thoroughly
@given(texts)
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize("text", UNWRITABLE)
def test_what_xml_cannot_carry_is_refused_everywhere(text: str) -> None:
    for refuses in (normalised, one_line, lambda text: fingerprint(text, ""), lambda text: fingerprint("", text)):
        with pytest.raises(Unwritable) as refusal:
            refuses(text)
        assert text[refusal.value.position] == refusal.value.sign
    assert normalised(writable(text)) == writable(text)
    assert len(writable(text)) == len(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Tarkoitus \n ja\t periaatteet ", "Tarkoitus ja periaatteet"),
        ("\n", ""),
        ("kova\u00a0väli", "kova\u00a0väli"),
    ],
)
def test_a_title_is_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


def test_the_digest_can_be_worked_out_by_anybody() -> None:
    title, text = "Käsite".encode(), "Järjestö on yhdistys.".encode()
    parts = len(title).to_bytes(8, "big") + title + len(text).to_bytes(8, "big") + text
    assert fingerprint("Käsite", "Järjestö on yhdistys.") == hashlib.sha256(b"kumppanuus wording 1" + parts).hexdigest()


def test_the_same_wording_has_the_same_fingerprint_however_it_was_typed() -> None:
    kept = fingerprint("Käsite", "Eka\nToka")
    assert fingerprint("Ka\u0308site", "Eka\r\nToka  \n\n") == kept


@pytest.mark.parametrize(
    "other",
    [
        ("Käsite", "Eka, toka."),
        ("Käsite", "eka toka."),
        ("Käsite", "Eka  toka."),
        ("Käsite", "Eka\u00a0toka."),
        ("Käsite.", "Eka toka."),
        ("KäsiteEka", " toka."),
        ("", "KäsiteEka toka."),
        ("Eka toka.", "Käsite"),
    ],
)
def test_any_change_of_title_or_text_changes_it(other: tuple[str, str]) -> None:
    assert fingerprint(*other) != fingerprint("Käsite", "Eka toka.")


@thoroughly
@given(texts, texts, texts, texts)
def test_two_wordings_share_a_fingerprint_only_if_they_are_one(a: str, b: str, c: str, d: str) -> None:
    is_same = (normalised(a), normalised(b)) == (normalised(c), normalised(d))
    assert (fingerprint(a, b) == fingerprint(c, d)) == is_same


@thoroughly
@given(texts, texts)
def test_moving_the_border_between_title_and_text_changes_it(title: str, text: str) -> None:
    title, text = normalised(title), normalised(text)
    assume(text and not text[0].isspace() and normalised(title + text[0]) == title + text[0])
    assume(normalised(text[1:]) == text[1:])
    assert fingerprint(title + text[0], text[1:]) != fingerprint(title, text)


def test_a_removed_clause_is_like_no_wording_not_even_the_empty_one() -> None:
    assert removal_fingerprint() == removal_fingerprint()
    assert removal_fingerprint() != fingerprint("", "")
