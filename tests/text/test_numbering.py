"""Numbers, addresses and endings that are derived and never stored."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumppanuus.text.numbering import SLUG_LENGTH, Kind, Numbers, SectionNumber, anchor, elative, number, slugify
from tests.text.strategies import texts, thoroughly


def test_chapters_and_annexes_are_counted_apart() -> None:
    numbers = number(
        [
            (Kind.CHAPTER, ["a", "b"]),
            (Kind.CHAPTER, []),
            (Kind.OTHER, ["s"]),
            (Kind.CHAPTER, ["c"]),
            (Kind.ANNEX, ["d", "e"]),
            (Kind.ANNEX, ["f"]),
        ]
    )
    assert numbers == Numbers(
        sections=(
            SectionNumber(Kind.CHAPTER, 1),
            SectionNumber(Kind.CHAPTER, 2),
            SectionNumber(Kind.OTHER, None),
            SectionNumber(Kind.CHAPTER, 3),
            SectionNumber(Kind.ANNEX, 1),
            SectionNumber(Kind.ANNEX, 2),
        ),
        clauses={"a": "1.1", "b": "1.2", "s": "", "c": "3.1", "d": "L1.1", "e": "L1.2", "f": "L2.1"},
    )
    assert [section.label for section in numbers.sections] == ["1", "2", "", "3", "L1", "L2"]


def test_a_text_without_sections_has_no_numbers() -> None:
    nothing: list[tuple[Kind, list[int]]] = []
    assert number(nothing) == Numbers((), {})


@pytest.mark.parametrize(
    ("printed", "key"), [("1.2", 12), ("1-2", 12), ("L1.1", 91), ("l1-1", 91), ("9.9", None), ("", None)]
)
def test_a_clause_is_found_by_its_printed_number(printed: str, key: int | None) -> None:
    numbers = number([(Kind.CHAPTER, [11, 12]), (Kind.OTHER, [50]), (Kind.ANNEX, [91])])
    assert numbers.find(printed) == key


@thoroughly
@given(st.lists(st.tuples(st.sampled_from([Kind.CHAPTER, Kind.ANNEX]), st.integers(0, 5)), max_size=12))
def test_every_clause_has_a_label_of_its_own_and_is_found_by_it(shape: list[tuple[Kind, int]]) -> None:
    numbers = number([(kind, [(place, clause) for clause in range(size)]) for place, (kind, size) in enumerate(shape)])
    assert len(set(numbers.clauses.values())) == sum(size for _, size in shape)
    assert all(numbers.find(anchor(label)) == key for key, label in numbers.clauses.items())


@pytest.mark.parametrize(
    ("label", "title", "slug"),
    [
        ("3", "Yhteistyön rakenteet", "3-yhteistyon-rakenteet"),
        ("L1", "Sopimukseen liittyminen", "l1-sopimukseen-liittyminen"),
        ("6", "Åbo, Äänekoski & Öja – ÅÄÖ!", "6-abo-aanekoski-oja-aao"),
        ("11", "Viestintä, kielet, julkisuus ja tietosuoja", "11-viestinta-kielet-julkisuus-ja-tietosuoja"),
        ("3", "A\u0308iti", "3-aiti"),
        ("2", "yhteis\u00adtyö", "2-yhteistyo"),
        ("", "Pirkanmaan järjestöyhteistyö", "pirkanmaan-jarjestoyhteistyo"),
        ("4", "日本語", "4"),
        ("4", "", "4"),
        ("3.4", "Straße đŋ", "3-4-strasse-dn"),
        ("", "日本語", ""),
    ],
)
def test_a_title_becomes_an_address(label: str, title: str, slug: str) -> None:
    assert slugify(label, title) == slug


def test_a_long_title_is_cut_between_words() -> None:
    title = "Hyvinvointialueen ja järjestöjen yhteistyön rakenteet sekä koordinointi"
    assert slugify("3", title) == "3-hyvinvointialueen-ja-jarjestojen-yhteistyon-rakenteet-seka"
    assert slugify("", "a" * 100) == "a" * SLUG_LENGTH


@thoroughly
@given(texts, texts)
def test_an_address_holds_only_what_addresses_hold(label: str, title: str) -> None:
    slug = slugify(label, title)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug)
    assert len(slug) <= SLUG_LENGTH


@pytest.mark.parametrize(
    ("back", "front"),
    [
        ([0, 2, 3, 6, 8], [1, 4, 5, 7, 9]),
        ([12, 13, 16, 18], [10, 11, 14, 15, 17, 19]),
        ([22, 42, 63, 98], [20, 21, 30, 60, 90, 99]),
        ([100, 200, 1000, 10_000, 2_000_000, 102, 1_000_008], [110, 111, 101, 160, 1001, 1010, 1_000_090]),
    ],
)
def test_the_elative_ending_follows_the_last_part_of_the_number(back: list[int], front: list[int]) -> None:
    assert [elative(n) for n in back] == [f"{n}:sta" for n in back]
    assert [elative(n) for n in front] == [f"{n}:stä" for n in front]
