"""The word diff as people read it, and the promise that it gives both sides back."""

import random
import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kumppanuus.text.diff import Change, changed_words, diff, new_side, old_side
from tests.payloads import INERT, NAUGHTY, XSS
from tests.text.strategies import texts, thoroughly, tricky_prose


def shown(old: str, new: str) -> str:
    """The changes as one line: [-deleted-] and {+inserted+}."""
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(marks[change.kind].format(change.text) for change in diff(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("Sama teksti.", "Sama teksti.", "Sama teksti."),
        ("", "Uusi teksti.", "{+Uusi teksti.+}"),
        ("Vanha teksti.", "", "[-Vanha teksti.-]"),
        ("kuusi viikkoa", "kahdeksan viikkoa", "[-kuusi-]{+kahdeksan+} viikkoa"),
        ("Summa on 25 000 euroa.", "Summa on 27 500 euroa.", "Summa on [-25 000-]{+27 500+} euroa."),
        (
            "Summa on 25\u00a0000,50 €.",
            "Summa on 25\u00a0000,75 €.",
            "Summa on [-25\u00a0000,50-]{+25\u00a0000,75+} €.",
        ),
        ("Voimassa 1.6.2026 saakka", "Voimassa 31.12.2027 saakka", "Voimassa [-1.6.2026-]{+31.12.2027+} saakka"),
        ("vuonna 2026 100 kertaa", "vuonna 2027 100 kertaa", "vuonna [-2026-]{+2027+} 100 kertaa"),
        ("sosiaali- ja terveys", "sosiaali- ja terveyspalvelut", "sosiaali- ja [-terveys-]{+terveyspalvelut+}"),
        ("järjestö on", "järjestö ei ole", "järjestö [-on-]{+ei ole+}"),
        ("kyllä, ehkä", "kyllä ehkä", "kyllä[-,-] ehkä"),
        ("Yksi asia. Kolme asiaa.", "Yksi asia. Kaksi asiaa. Kolme asiaa.", "Yksi asia. {+Kaksi asiaa. +}Kolme asiaa."),
        ("- eka\n- kolmas", "- eka\n- toka\n- kolmas", "- eka\n{+- toka\n+}- kolmas"),
        ("Eka. Toka.", "Eka.\n\nToka.", "Eka.[- -]{+\n\n+}Toka."),
        ("- a\n- b", "- a\n  - b", "- a[-\n-]{+\n  +}- b"),
        ("Ä ja ö", "Å ja ö", "[-Ä-]{+Å+} ja ö"),
        ("perhe 👩‍👧", "perhe 👩‍👧‍👦", "perhe [-👩‍👧-]{+👩‍👧‍👦+}"),
        ("x̌ tunnus", "x tunnus", "[-x̌-]{+x+} tunnus"),
    ],
)
def test_changes_read_as_finnish(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


def test_a_changed_phrase_reads_as_one_change() -> None:
    old = (
        "Hyvinvointialue pyrkii nimeämään järjestöyhteistyölle yhteyshenkilön. Yhteyshenkilö vastaa järjestöjen "
        "kysymyksiin ja kokoaa palautetta tarpeen mukaan."
    )
    new = (
        "Hyvinvointialue nimeää järjestöyhteistyölle yhteyshenkilön ja hänelle sijaisen. Yhteyshenkilö vastaa "
        "järjestöjen kysymyksiin kymmenen arkipäivän kuluessa ja kokoaa palautteen kumppanuuspöydälle kaksi kertaa "
        "vuodessa."
    )
    assert diff(old, new) == [
        Change("equal", "Hyvinvointialue "),
        Change("delete", "pyrkii nimeämään"),
        Change("insert", "nimeää"),
        Change("equal", " järjestöyhteistyölle yhteyshenkilön"),
        Change("insert", " ja hänelle sijaisen"),
        Change("equal", ". Yhteyshenkilö vastaa järjestöjen kysymyksiin "),
        Change("insert", "kymmenen arkipäivän kuluessa "),
        Change("equal", "ja kokoaa "),
        Change("delete", "palautetta tarpeen mukaan"),
        Change("insert", "palautteen kumppanuuspöydälle kaksi kertaa vuodessa"),
        Change("equal", "."),
    ]
    assert changed_words(diff(old, new)) == (2, 4)


def test_changes_in_two_sentences_stay_apart() -> None:
    assert shown("Tilat ovat maksuttomia. Koordinaattori varaa ne.", "Tilat maksavat. Järjestö hoitaa varauksen.") == (
        "Tilat [-ovat maksuttomia-]{+maksavat+}. [-Koordinaattori varaa ne-]{+Järjestö hoitaa varauksen+}."
    )


def test_a_change_of_white_space_only_can_be_told_so_that_it_gets_a_sign() -> None:
    assert [change.is_blank for change in diff("Eka. Toka.", "Eka.\n\nToka.")] == [False, True, True, False]


# --- Both sides -------------------------------------------------------------------------------------------------------


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@thoroughly
@given(texts, texts)
def test_the_changes_give_both_sides_exactly(old: str, new: str) -> None:
    changes = diff(old, new)
    assert (old_side(changes), new_side(changes)) == (composed(old), composed(new))


@thoroughly
@given(st.lists(st.tuples(st.sampled_from("aaabcde. \n"), st.sampled_from("kkkkkkid")), max_size=60))
def test_small_edits_of_one_text_give_both_sides_exactly(steps: list[tuple[str, str]]) -> None:
    old = " ".join(word for word, step in steps if step != "i")
    new = " ".join(word for word, step in steps if step != "d")
    changes = diff(old, new)
    assert (old_side(changes), new_side(changes)) == (old, new)


@thoroughly
@given(texts, texts)
def test_a_deletion_stands_before_the_insertion_in_its_place_and_nothing_is_shown_twice(old: str, new: str) -> None:
    changes = diff(old, new)
    kinds = [change.kind for change in changes]
    assert all(change.text or change.was for change in changes)
    assert ("insert", "delete") not in list(pairwise(kinds))
    assert all(kinds[n : n + 2] != [kind, kind] for kind in ("insert", "delete") for n in range(len(kinds)))
    for n in range(len(kinds) - 1):
        if kinds[n : n + 2] == ["delete", "insert"]:
            assert changes[n].text != changes[n + 1].text


@thoroughly
@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(change.kind == "equal" and change.was is None for change in diff(text, text))


def test_odd_texts_come_and_go_whole() -> None:
    for text in NAUGHTY + INERT + XSS:
        for old, new in ((text, ""), ("", text), (f"alku {text}", f"{text} loppu"), (text, text[::-1])):
            changes = diff(old, new)
            assert (old_side(changes), new_side(changes)) == (composed(old), composed(new))


# --- What nobody can see ----------------------------------------------------------------------------------------------

UNSEEN = [
    ("Järjestö", "Ja\u0308rjesto\u0308"),
    ("25 000 euroa", "25\u00a0000 euroa"),
    ("25\u202f000 euroa", "25 000 euroa"),
    ("kaksi sanaa", "kaksi\u00a0sanaa"),
    ("kaksi sanaa", "kaksi  sanaa"),
    ("25 000 euroa", "25  000\u00ad euroa"),
    ("25 000 ja 1.6.2026", "2\u00ad5 \u00ad000 ja 1.\u20606.2026"),
    ("kaksi sanaa", "kaksi \t sanaa"),
    ("yhteistyöelin", "yhteis\u00adtyö\u00adelin"),
    ("yhteistyö", "\u00adyhteistyö\u00ad"),
    ("yhteistyö, ja", "yhteistyö\u200b,\u2060 ja"),
    ("yhteistyö ja", "yhteistyö \u00ad ja"),
    ("yhteistyö", "\ufeffyhteistyö"),
    ("", "\u00ad"),
    ("\u200b\u2060", " "),
    ("eka\ntoka", "eka  \ntoka"),
    ("eka\ntoka", "eka\r\ntoka"),
    ("eka\n\ntoka", "eka\n\n\n\ntoka"),
    ("teksti", "  teksti\n"),
]


@pytest.mark.parametrize(("old", "new"), UNSEEN + [(new, old) for old, new in UNSEEN])
def test_what_nobody_can_see_is_no_change(old: str, new: str) -> None:
    changes = diff(old, new)
    assert changed_words(changes) == (0, 0)
    assert (old_side(changes), new_side(changes)) == (composed(old), composed(new))


def test_beside_a_change_that_shows_the_unseen_one_stays_unseen() -> None:
    assert diff("yhteis\u00adtyö\u00a0on hyvä", "yhteistyö on huono") == [
        Change("equal", "yhteistyö on ", was="yhteis\u00adtyö\u00a0on "),
        Change("delete", "hyvä"),
        Change("insert", "huono"),
    ]


@thoroughly
@given(tricky_prose)
def test_taking_away_soft_hyphens_and_hard_spaces_is_no_change(text: str) -> None:
    bare = re.sub("[\u00a0\u202f]", " ", re.sub("[\u00ad\u200b\u2060]", "", text))
    assume(composed(bare) == bare)  # an accent that finds a letter once they are away is seen
    assert changed_words(diff(text, bare)) == (0, 0)


def test_a_mark_that_turns_the_reading_round_is_a_change() -> None:
    assert changed_words(diff("summa 123", "summa \u202e123\u202c")) != (0, 0)


# --- Slow input -------------------------------------------------------------------------------------------------------

LENGTH = 20_000


def of_words(words: list[str], seed: int) -> str:
    dice = random.Random(seed)
    return " ".join(dice.choice(words) for _ in range(LENGTH // 6))


MANY = [f"s{n:04}" for n in range(LENGTH // 6)]
SLOW = {
    "a word repeated": ("sana " * 1000, "sana " * 2000),
    "between other words": ("alku " + "sana " * 1000 + "loppu", "alkoi " + "sana " * 3900 + "loppui"),
    "two words in turn": ("sana muu " * 2000, "muu sana " * 2000),
    "two words at random": (of_words(["a", "bb"], 1), of_words(["a", "bb"], 2)),
    "twenty words at random": (of_words(MANY[:20], 1), of_words(MANY[:20], 2)),
    "five hundred words at random": (of_words(MANY[:500], 1), of_words(MANY[:500], 2)),
    "every word moved": (" ".join(MANY), " ".join(random.Random(1).sample(MANY, len(MANY)))),
    "backwards": (" ".join(MANY), " ".join(reversed(MANY))),
    "every other word another": (" ".join(MANY), " ".join("x" if n % 2 else word for n, word in enumerate(MANY))),
    "nothing in common": (" ".join(MANY), " ".join(f"m{n:04}" for n in range(len(MANY)))),
    "signs only": (".,;:" * 5000, ";.:," * 5000),
    "one sign": ("." * LENGTH, "." * (LENGTH // 2) + "," + "." * (LENGTH // 2 - 1)),
    "blocks that change places": ("a " * 5000 + "b " * 5000, "b " * 5000 + "a " * 5000),
    "lines": ("rivi\n" * 4000, "rivi\ntoinen\n" * 1600),
    "blanks": (" " * LENGTH, "\n" * LENGTH),
    "one long word": ("a-" * 10_000, "a-b" * 6_666),
    "digits": ("1 " * 10_000, "123 " * 5_000),
    "accents": ("a" + "\u0301\u0302" * 9_999, "a" + "\u0302\u0301" * 9_999),
}


# How long they take beside an ordinary text is measured by `make bench`.
@pytest.mark.parametrize("case", SLOW)
def test_the_worst_texts_a_field_admits_are_compared_sign_for_sign(case: str) -> None:
    old, new = SLOW[case]
    changes = diff(old, new)
    assert (old_side(changes), new_side(changes)) == (composed(old), composed(new))


def test_few_changes_in_a_long_text_are_found_exactly() -> None:
    old = of_words(MANY[:50], 3).split(" ")
    new = old.copy()
    new[500:500] = ["aivan", "uutta"]
    del new[1500]
    new[3000] = "muuta"
    assert changed_words(diff(" ".join(old), " ".join(new))) == (2, 2)
