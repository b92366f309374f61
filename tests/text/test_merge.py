"""Three-way merge as people read it, and what it promises whatever is written."""

import re
import unicodedata
from itertools import pairwise, product
from typing import Literal

import pytest
from hypothesis import given
from merge3 import Merge3

from kumppanuus.text.diff import changed_words, diff, new_side, old_side
from kumppanuus.text.merge import Merged, Piece, merge, resolved
from tests.text.strategies import Step, hard_pieces, steps, very_thoroughly


def shown(base: str, mine: str, theirs: str) -> str:
    """The pieces as one line: <mine|base|theirs> for a clash."""
    return "".join(
        piece.text if piece.kind == "same" else f"<{piece.mine}|{piece.base}|{piece.theirs}>"
        for piece in merge(base, mine, theirs).pieces
    )


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("", "", "", ""),
        ("Yksi. Kaksi.", "Yksi. Kaksi.", "Yksi. Kolme.", "Yksi. Kolme."),
        ("Eka. Toka. Kolmas.", "Alku. Toka. Kolmas.", "Eka. Toka. Loppu.", "Alku. Toka. Loppu."),
        ("Eka ja toka.", "Eka tai toka.", "Eka tai toka.", "Eka tai toka."),
        ("- eka\n- toka", "- eka\n- uusi\n- toka", "- eka\n- kolmas", "- eka\n- uusi\n- kolmas"),
        ("- eka\n- toka", "- eka\n- toka\n- uusi", "- eka\n- kolmas", "- eka\n- <toka\n- uusi|toka|kolmas>"),
        ("Eka.\n\nToka.", "Eka.\n\nVäli.\n\nToka.", "Eka.\n\nToka muuttui.", "Eka.\n\nVäli.\n\nToka muuttui."),
        ("kuusi viikkoa", "kahdeksan viikkoa", "kuusi kuukautta", "<kahdeksan viikkoa|kuusi viikkoa|kuusi kuukautta>"),
        ("a, b, c, d", "x, b, y, d", "z, b, w, d", "<x, b, y|a, b, c|z, b, w>, d"),
        ("Eka.", "Eka.\n\n- yksi\n- kaksi", "Eka.\n\n- yksi\n- kolme", "Eka.\n\n- yksi\n- <kaksi||kolme>"),
        ("a. b. c", "x. b. y", "z. b. w", "<x|a|z>. b. <y|c|w>"),
    ],
)
def test_a_merge_reads_as_a_person_would_write_it(base: str, mine: str, theirs: str, expected: str) -> None:
    assert shown(base, mine, theirs) == expected


def test_a_clash_is_settled_with_one_text_each() -> None:
    merged = merge("a. b. c", "x. b. y", "z. b. w")
    assert merged.clashes == (
        Piece("clash", base="a", mine="x", theirs="z"),
        Piece("clash", base="c", mine="y", theirs="w"),
    )
    assert resolved(merged, ["z", "y"]) == "z. b. y"
    with pytest.raises(ValueError, match="2 clashes, 0 choices"):
        _ = merged.text


def test_a_case_of_three_files_worked_out_by_hand() -> None:
    """One paragraph that only I changed, one that only they did, one changed alike, and one clash."""
    base, mine, theirs = (
        f"Sopimus on voimassa {day} saakka.\n\n- Tilat ovat {tilat}.\n- Kulut korvataan{kulut}.\n\n{kuka} vastaa."
        for day, tilat, kulut, kuka in [
            ("31.12.2027", "maksuttomia", "", "Yhteyshenkilö"),
            ("31.12.2028", "ilmaisia", " kuukausittain", "Yhteyshenkilö"),
            ("31.12.2028", "maksuttomia", " kahdesti vuodessa", "Sihteeri"),
        ]
    )
    assert merge(base, mine, theirs).pieces == (
        Piece("same", "Sopimus on voimassa 31.12.2028 saakka.\n\n- Tilat ovat ilmaisia.\n- Kulut korvataan "),
        Piece("clash", base="", mine="kuukausittain", theirs="kahdesti vuodessa"),
        Piece("same", ".\n\nSihteeri vastaa."),
    )


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("Järjestö ei vastaa.", "Ja\u0308rjesto\u0308 ei vastaa.", "Järjestö vastaa.", "Järjestö vastaa."),
        ("25 000 euroa", "25\u00a0000 euroa", "25 000 markkaa", "25\u00a0000 markkaa"),
        ("25 000 euroa", "25\u00a0000 euroa", "25\u202f000 euroa", "25\u202f000 euroa"),
        (
            "yhteistyöelin kokoontuu",
            "yhteis\u00adtyöelin kokoontuu",
            "yhteistyö\u00adelin kokoontuu",
            "yhteis\u00adtyöelin kokoontuu",
        ),
        ("", "\u00ad", "teksti", "teksti"),
        ("teksti", "\u00ad", "teksti", "\u00ad"),
    ],
)
def test_what_nobody_can_see_is_never_a_clash(base: str, mine: str, theirs: str, expected: str) -> None:
    assert (merge(base, mine, theirs).text, merge(base, theirs, mine).text) == (expected, expected)


def test_a_clash_of_blanks_alone_stands_between_words_that_show_it() -> None:
    base, mine, theirs = "ja alku \n\nsopimus kesto", "ja alku  sopimus", "ja alku \n\nsopimus"
    assert merge(base, mine, theirs).pieces == (
        Piece("same", "ja "),
        Piece("clash", base="alku \n\nsopimus kesto", mine="alku  sopimus", theirs="alku \n\nsopimus"),
    )


# --- Whatever is written ----------------------------------------------------------------------------------------------

DOINGS = [*[("keep", "keep")] * 10, *product(["keep", "keep", "keep", "delete", "change", "add"], repeat=2)]


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def mirrored(merged: Merged) -> Merged:
    return Merged(tuple(Piece(p.kind, p.text, p.base, p.theirs, p.mine) for p in merged.pieces))


def done(piece: str, doing: str, added: str) -> str:
    return {"keep": piece, "delete": "", "change": added, "add": piece + added}[doing]


@very_thoroughly
@given(steps(hard_pieces, DOINGS, most=30))
def test_a_merge_keeps_its_promises_whatever_is_written(text: list[Step]) -> None:
    base = "".join(step.piece for step in text)
    # What is added is a piece of the text itself, so that words stand in it more than once.
    mine = "".join(done(step.piece, step.mine, text[-1 - place].piece) for place, step in enumerate(text))
    theirs = "".join(done(step.piece, step.theirs, text[place // 2].piece) for place, step in enumerate(text))
    merged = merge(base, mine, theirs)
    assert merge(base, theirs, mine) == mirrored(merged)
    assert merge(base, mine, base).text == merge(base, base, mine).text == composed(mine)
    assert merge(base, mine, mine).text == composed(mine)
    assert all(changed_words(diff(clash.mine, clash.theirs)) != (0, 0) for clash in merged.clashes)
    changes = diff(base, mine)
    assert (old_side(changes), new_side(changes)) == (composed(base), composed(mine))


@very_thoroughly
@given(steps([" ", " ", ", ", ". ", "\n- ", "\n\n"], DOINGS, most=16))
def test_a_clean_merge_holds_what_either_side_added_and_nothing_that_either_removed(text: list[Step]) -> None:
    """Each word stands once, so that it can be told what became of it. merge3 tells where a clash must be."""
    base, mine, theirs = written(text, "keep"), written(text, "m"), written(text, "t")
    merged = merge(*("".join(word.split("#")[0] for word in side) for side in (base, mine, theirs)))
    by_merge3 = list(Merge3(base, mine, theirs).merge_groups())
    is_edited = [(step.mine, step.theirs) != ("keep", "keep") for step in text]
    are_touching = any(map(all, pairwise(is_edited))) or any({*step[1:]} == {"change", "add"} for step in text)
    if not are_touching:  # there merge3 judges otherwise
        assert merged.is_clean == all(group[0] != "conflict" for group in by_merge3)
    if merged.is_clean:
        words = set(re.findall(r"\w+", merged.text))
        added = {word.strip() for word in {*mine, *theirs} - {*base}}
        removed = {word for word in {*base} - ({*mine} & {*theirs}) if "#" not in word}
        assert (added - words, removed & words) == (set(), set())


def written(text: list[Step], who: Literal["keep", "m", "t"]) -> list[str]:
    """The words of one side and the blanks between them, each with its place, so that merge3 tells it from others."""
    words: list[str] = []
    for place, (blank, mine, theirs) in enumerate(text):
        match {"keep": "keep", "m": mine, "t": theirs}[who]:
            case "keep":
                words += [f"s{place}", f"{blank}#{place}"]
            case "change":
                words += [f"{who}{place}", f"{blank}#{place}"]
            case "add":
                words += [f"s{place}", f" {who}{place}", f"{blank}#{place}"]
    return words
