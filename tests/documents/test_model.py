"""Lines without markup, as codecs see them."""

import pytest

from kumppanuus.documents.model import line
from kumppanuus.text.markup import Run


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", ()),
        ("Tilat", (Run("Tilat"),)),
        ("[nimi]", (Run("[nimi]", is_placeholder=True),)),
        ("[nimi], **johtaja**", (Run("[nimi]", is_placeholder=True), Run(", **johtaja**"))),
        ("Lomake [a](https://example.org)", (Run("Lomake [a](https://example.org)"),)),
    ],
)
def test_a_line_shows_its_placeholders_and_leaves_all_else_as_typed(text: str, runs: tuple[Run, ...]) -> None:
    assert line(text) == runs
