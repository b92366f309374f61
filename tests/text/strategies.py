"""Texts to try: made of what trips up word counting, markup and comparison, and of anything at all."""

import os

from hypothesis import settings
from hypothesis import strategies as st

# EXAMPLES=20000 makes the long form. Derandomised, so that a failure is a failure of the change at hand.
thoroughly = settings(
    max_examples=int(os.environ.get("EXAMPLES", "300")), deadline=None, derandomize=True, database=None
)

_WORDS = ["sopimus", "järjestö", "hyvinvointialue", "ja", "Äiti", "kuusi", "25 000", "1.6.2026", "1", "2027", "ry"]
_SIGNS = [" ", " ", " ", "\n", "\n\n", ".", ",", ":", "–", "-", "(", ")", "%", "\t", "  "]
_UNSEEN = ["\u00a0", "\u00ad", "\u200b", "\u2060", "\u202f", "a\u0308", "\u0301", "👩\u200d👧", "👍🏽"]
_MARKS = [
    *["- ", "* ", "1. ", "2. ", "3. ", "  ", "    ", ": ", "# ", "## ", "> ", "| ", "|", "a | b\n--|--\n", "---\n"],
    *["**", "*", "_", "__", "`", "\\", "____", "[nimi]", "[", "]", "[a](https://b.fi)", "(c)", "https://x.fi/a"],
    *["<b>", "&amp;", "<!--", "1. tammikuuta ", "a) "],
]

writable_signs = st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffe\uffff").filter(
    lambda sign: sign in "\t\n" or not (ord(sign) < 32)
)
anything = st.text(writable_signs, max_size=80)
prose = st.lists(st.sampled_from(_WORDS + _SIGNS), max_size=40).map("".join)
tricky_prose = st.lists(st.sampled_from(_WORDS + _SIGNS + _UNSEEN), max_size=40).map("".join)
marked_up = st.lists(st.sampled_from(_WORDS[:6] + _SIGNS[:6] + _MARKS), max_size=30).map("".join)
texts = st.one_of(prose, tricky_prose, marked_up, anything)
