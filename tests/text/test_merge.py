"""Three-way merge as people read it, and what it promises whatever is written."""

import pytest

from kumppanuus.text.merge import Piece, merge, resolved


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
