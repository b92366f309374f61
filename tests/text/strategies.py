"""Texts to try: made of what trips up word counting, markup and comparison, and of anything at all."""

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

_IS_LONG = settings.get_current_profile_name() == "long"  # pytest --long

# Derandomised, so that a failure is a failure of the change at hand.
thoroughly = settings(
    max_examples=20_000 if _IS_LONG else 150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # on a busy machine it would fail without a failure
)
# For what a wording stands on: its comparison and its merging.
very_thoroughly = settings(thoroughly, max_examples=20_000 if _IS_LONG else 2_000)

_WORDS = ["sopimus", "järjestö", "hyvinvointialue", "ja", "Äiti", "kuusi", "25 000", "1.6.2026", "1", "2027", "ry"]
_SIGNS = [" ", " ", " ", "\n", "\n\n", ".", ",", ":", "–", "-", "(", ")", "%", "\t", "  "]
_UNSEEN = ["\u00a0", "\u00ad", "\u200b", "\u2060", "\u202f", "a\u0308", "\u0301", "👩\u200d👧", "👍🏽"]
_MARKS = [
    *["- ", "* ", "1. ", "2. ", "3. ", "  ", "    ", ": ", "# ", "## ", "> ", "| ", "|", "a | b\n--|--\n", "---\n"],
    *["**", "*", "_", "__", "`", "\\", "____", "[nimi]", "[", "]", "[a](https://b.fi)", "(c)", "https://x.fi/a"],
    *["<b>", "&amp;", "<!--", "1. tammikuuta ", "a) "],
]

_UNWRITABLE = "".join(map(chr, range(32))).replace("\t", "").replace("\n", "") + "\ufffe\uffff"
writable_signs = st.characters(exclude_categories=["Cs"], exclude_characters=_UNWRITABLE)


def spelled_by(pieces: Sequence[str], *, most: int) -> st.SearchStrategy[str]:
    """Texts of up to so many of the pieces. Drawn as one string with a letter for each, which is quick and shrinks."""
    letters = st.characters(min_codepoint=ord("A"), max_codepoint=ord("A") + len(pieces) - 1)
    return st.text(letters, max_size=most).map(lambda drawn: "".join(pieces[ord(each) - ord("A")] for each in drawn))


anything = st.text(writable_signs, max_size=80)
prose = spelled_by(_WORDS + _SIGNS, most=40)
tricky_prose = spelled_by(_WORDS + _SIGNS + _UNSEEN, most=40)
marked_up = spelled_by(_WORDS[:6] + _SIGNS[:6] + _MARKS, most=30)
texts = st.one_of(prose, tricky_prose, marked_up, anything)


class Step(NamedTuple):
    """A piece of a text and what each of two people does with it: keep, delete, change, add (after it)."""

    piece: str
    mine: str
    theirs: str


def steps(pieces: Sequence[str], doings: Sequence[tuple[str, str]], *, most: int) -> st.SearchStrategy[list[Step]]:
    """A text piece by piece with what two people do to it; a pair of doings that stands twice is drawn more often."""
    every = [Step(piece, *pair) for piece in pieces for pair in doings]
    letters = st.characters(min_codepoint=ord("A"), max_codepoint=ord("A") + len(every) - 1)
    return st.text(letters, max_size=most).map(lambda drawn: [every[ord(each) - ord("A")] for each in drawn])


hard_pieces = [*_WORDS[:6], *_SIGNS, *_UNSEEN, *_MARKS[:6]]
