"""Personal identity codes are found in running text, and other numbers are let through."""

from __future__ import annotations

import pytest

from kumppanuus.text.identity import identity_codes

CONTROLS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def code(birth: str, sign: str, number: str) -> str:
    return f"{birth}{sign}{number}{CONTROLS[int(birth + number) % 31]}"


@pytest.mark.parametrize("sign", list("+-YXWVUABCDEF"))
def test_a_code_of_every_century_sign_is_found_in_a_sentence(sign: str) -> None:
    mine = code("290200", sign, "123") if sign in "ABCDEF" else code("131052", sign, "308")
    for typed in (mine, mine.lower()):
        assert identity_codes(f"Hakijan tunnus on {typed}, ja hän odottaa.") == [typed]
        assert identity_codes(f"({typed})\n{typed}.") == [typed, typed]


def test_a_code_typed_in_another_way_is_found_too() -> None:
    assert identity_codes("131052–308T") == ["131052-308T"]
    assert identity_codes("131052 - 308T") == ["131052 - 308T"]
    assert identity_codes("1310\u00ad52-30\u200b8T") == ["131052-308T"]


@pytest.mark.parametrize(
    "text",
    [
        "131052-308U",  # another control character
        "310252-3087",  # no such day
        code("290201", "A", "123"),  # 2001 was no leap year
        code("131052", "-", "001"),  # a number nobody gets
        code("131052", "-", "308") + "1",  # part of a longer number
        "Y-tunnus 1234567-1, puhelin 040 123 4567",
        "Asianumero HVA/131052/2026, kohdat 13.10.52–30.8.",
        "FI21 1234 5600 0007 85",
    ],
)
def test_what_is_no_code_is_let_through(text: str) -> None:
    assert identity_codes(text) == []
