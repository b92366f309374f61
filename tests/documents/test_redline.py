"""Changes of a text, marked word by word."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from kumppanuus.documents.lines import Del, Ins, Kind, Line, Mark, Piece, Pieces, lines_of
from kumppanuus.documents.redline import edits, marked
from kumppanuus.text import markup
from kumppanuus.text.markup import Run, Runs
from tests.text.strategies import texts, thoroughly

AINO = Mark("Aino Heikkilä", datetime(2026, 3, 10, 9, tzinfo=UTC))
KAARINA = Mark("Kaarina Nieminen", datetime(2026, 3, 11, 9, tzinfo=UTC))


def settled(lines: Iterable[Line], is_accepted: Callable[[Mark], bool]) -> tuple[Line, ...]:
    """The lines without marks, with some changes accepted and all others rejected."""
    found: list[Line] = []
    for each in lines:
        if each.removed and is_accepted(each.removed):
            continue
        if each.added and not is_accepted(each.added):
            continue
        cells = tuple(_settled(cell, is_accepted) for cell in each.cells)
        found.append(replace(each, cells=cells, added=None, removed=None))
    return tuple(found)


def _settled(cell: Pieces, is_accepted: Callable[[Mark], bool]) -> Runs:
    runs: list[Run] = []
    for piece in cell:
        match piece:
            case Run():
                runs.append(piece)
            case Ins(inner, mark) if is_accepted(mark):
                runs += inner
            case Del(inner, mark) if not is_accepted(mark):
                runs += inner
    return tidied(runs)


def tidied(runs: Iterable[Run]) -> Runs:
    """Neighbours set alike in one."""
    tidy: list[Run] = []
    for run in runs:
        if tidy and replace(tidy[-1], text="") == replace(run, text=""):
            tidy[-1] = replace(run, text=tidy[-1].text + run.text)
        elif run.text:
            tidy.append(run)
    return tuple(tidy)


def lines(text: str) -> list[Line]:
    return list(lines_of(markup.blocks(text)))


def between(old: str, new: str) -> list[str]:
    return shown(marked(lines(old), [(edits(lines(old), lines(new)), AINO)]))


def shown(found: Iterable[Line]) -> list[str]:
    """Lines as one reads them: {+added+} and [-taken out-], a whole line with its sign in front."""
    return [("+ " if each.added else "- " if each.removed else "  ") + _cells(each) for each in found]


def _cells(each: Line) -> str:
    sign = {Kind.BULLET: "• ", Kind.NUMBER: f"{each.number}. "}.get(each.kind, "")
    return "  " * each.depth + sign + " | ".join("".join(map(_piece, cell)) for cell in each.cells)


def _piece(piece: Piece) -> str:
    match piece:
        case Ins(runs):
            return f"{{+{_runs(runs)}+}}"
        case Del(runs):
            return f"[-{_runs(runs)}-]"
    return _runs((piece,))


def _runs(runs: Iterable[Run]) -> str:
    return "".join(f"**{run.text}**" if run.is_bold else run.text for run in runs)


def plain(found: Iterable[Line]) -> list[tuple[object, ...]]:
    """Lines without their numbers, which are counted, and with neighbours set alike in one."""
    return [(each.kind, each.depth, tuple(tidied(cell) for cell in each.cells)) for each in found]  # type: ignore[arg-type]  # no marks are left


def test_words_are_marked_where_they_change() -> None:
    assert between("Elin kokoontuu neljä kertaa vuodessa.", "Elin kokoontuu kuusi kertaa vuodessa.") == [
        "  Elin kokoontuu [-neljä-]{+kuusi+} kertaa vuodessa."
    ]


def test_items_rows_and_paragraphs_come_and_go_as_wholes() -> None:
    old = "Järjestöt valitsevat:\n- yhdistyksistä\n- säätiöistä\n\n| A | B |\n|---|---|\n| yksi | kaksi |\n\nLoppu."
    new = "Järjestöt valitsevat:\n- yhdistyksistä\n- kunnista\n\n| A | B |\n|---|---|\n| yksi | kolme |\n| x | y |"
    assert between(old, new) == [
        "  Järjestöt valitsevat:",
        "  • yhdistyksistä",
        "- • [-säätiöistä-]",
        "+ • {+kunnista+}",
        "  A | B",
        "  yksi | [-kaksi-]{+kolme+}",
        "+ {+x+} | {+y+}",
        "- [-Loppu.-]",
    ]


def test_a_paragraph_that_becomes_an_item_goes_and_comes_back_as_one() -> None:
    assert between("Haku avataan.\n\nHaku päättyy.", "Haku avataan.\n\n1. Haku päättyy.") == [
        "  Haku avataan.",
        "- [-Haku päättyy.-]",
        "+ 1. {+Haku päättyy.+}",
    ]


def test_an_item_added_in_the_middle_leaves_the_numbers_of_the_others_alone() -> None:
    assert between("1. yksi\n2. kolme", "1. yksi\n2. kaksi\n3. kolme") == ["  1. yksi", "+ 2. {+kaksi+}", "  2. kolme"]


def test_words_set_otherwise_are_replaced_by_themselves() -> None:
    assert between("Haku on avoin kaikille.", "Haku on **avoin** kaikille.") == [
        "  Haku on [-avoin-]{+**avoin**+} kaikille."
    ]


def test_changes_of_two_people_stand_in_one_text_unless_they_meet() -> None:
    base = lines("Elin kokoontuu neljä kertaa vuodessa kaupungintalolla.")
    first = edits(base, lines("Elin kokoontuu kuusi kertaa vuodessa kaupungintalolla."))
    second = edits(base, lines("Elin kokoontuu neljä kertaa vuodessa kirjastossa."))
    third = edits(base, lines("Elin kokoontuu kymmenen kertaa."))
    assert not first.meets(second)
    assert first.meets(third)
    assert third.meets(second)
    both = marked(base, [(first, AINO), (second, KAARINA)])
    assert shown(both) == ["  Elin kokoontuu [-neljä-]{+kuusi+} kertaa vuodessa [-kaupungintalolla-]{+kirjastossa+}."]
    only_hers = settled(both, lambda mark: mark == KAARINA)
    assert shown(only_hers) == ["  Elin kokoontuu neljä kertaa vuodessa kirjastossa."]


def test_a_line_taken_out_meets_a_change_of_its_words_and_lines_that_come_to_one_place_meet() -> None:
    base = lines("Yksi asia.\n\nToinen asia.")
    gone = edits(base, lines("Yksi asia."))
    changed = edits(base, lines("Yksi asia.\n\nToinen uusi asia."))
    come = edits(base, lines("Yksi asia.\n\nToinen asia.\n\nKolmas."))
    assert gone.meets(changed)
    assert changed.meets(gone)
    assert not gone.meets(edits(base, lines("Eräs asia.\n\nToinen asia.")))
    assert come.meets(edits(base, lines("Yksi asia.\n\nToinen asia.\n\nNeljäs.")))


def test_addresses_are_written_out_so_that_a_change_of_one_is_seen() -> None:
    old, new = "Ks. [ohje](https://a.example/1).", "Ks. [ohje](https://a.example/2)."
    assert between(old, new) == ["  Ks. ohje (https://a.example/[-1-]{+2+})."]


@thoroughly
@given(texts, texts)
def test_rejecting_gives_the_old_text_and_accepting_the_new_one(old: str, new: str) -> None:
    before, after = lines(old), lines(new)
    both = marked(before, [(edits(before, after), AINO)])
    assert plain(settled(both, lambda _mark: False)) == plain(before)
    assert plain(settled(both, lambda _mark: True)) == plain(after)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.sampled_from(["- a b c", "- a b d", "1. a", "x", "| a | b |\n|---|---|\n| c | d |", ""]), max_size=9)
)
def test_texts_of_many_like_lines_come_back_too(parts: list[str]) -> None:
    before, after = lines("\n".join(parts)), lines("\n".join(reversed(parts)))
    both = marked(before, [(edits(before, after), AINO)])
    assert plain(settled(both, lambda _mark: False)) == plain(before)
    assert plain(settled(both, lambda _mark: True)) == plain(after)
