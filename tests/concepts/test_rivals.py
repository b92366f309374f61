"""Where open suggestions compete."""

from __future__ import annotations

import pytest

from kumppanuus import suggestions
from kumppanuus.suggestions import Suggestion
from tests.concepts.negotiation import Scene, make_scene
from tests.databases import SceneOf


@pytest.fixture
def scene(scene_of: SceneOf[Scene]) -> Scene:
    return scene_of(make_scene)


def found(scene: Scene) -> dict[int, list[tuple[int, tuple[str, ...]]]]:
    """Number of a suggestion → its rivals by number, with the words both change."""
    shown = [each for each in suggestions.of_clause(scene.clause.id) if each.is_open]
    numbers = {each.id: each.number for each in shown}
    return {
        numbers[key]: [(each.suggestion.number, each.words) for each in rivals]
        for key, rivals in suggestions.rivals(shown, scene.clause.current).items()
    }


def test_who_changes_the_same_words_competes_and_who_changes_others_does_not(scene: Scene) -> None:
    scene.suggest("neljä kertaa", "kuusi kertaa")
    scene.suggest("neljä kertaa", "viisi kertaa", by=scene.riikka)
    scene.suggest("viikon kuluessa", "kahden viikon kuluessa", by=scene.pertti)
    assert found(scene) == {1: [(2, ("neljä",))], 2: [(1, ("neljä",))]}


def test_a_removal_competes_with_every_rewrite_and_not_with_a_removal(scene: Scene) -> None:
    scene.suggest("neljä kertaa", "kuusi kertaa")
    for by in (scene.riikka, scene.pertti):
        suggestions.write_removal(scene.clause, reason="Turha.", base=scene.clause.current, by=by)
    assert found(scene) == {1: [(2, ()), (3, ())], 2: [(1, ())], 3: [(1, ())]}


def test_what_was_written_on_an_older_text_is_laid_on_the_one_in_force(scene: Scene) -> None:
    scene.suggest("neljä kertaa", "kuusi kertaa")
    scene.rewrite("Muistio", "Tiivis muistio")
    scene.suggest("neljä kertaa", "viisi kertaa", by=scene.riikka)
    assert found(scene) == {1: [(2, ("neljä",))], 2: [(1, ("neljä",))]}


def test_who_needs_merging_or_is_answered_competes_with_nobody(scene: Scene) -> None:
    first = scene.suggest("neljä kertaa", "kuusi kertaa")
    scene.suggest("neljä kertaa", "viisi kertaa", by=scene.riikka)
    scene.suggest("neljä kertaa", "kolme kertaa", by=scene.riikka)
    suggestions.reject(_by_number(scene, 3), reason="Liian harvoin.", by=scene.aino)
    scene.accept(first)
    scene.suggest("kuusi kertaa", "seitsemän kertaa", by=scene.pertti)
    assert found(scene) == {}


def test_words_both_change_in_the_same_way_count_where_the_rest_differs(scene: Scene) -> None:
    scene.suggest("neljä kertaa vuodessa", "kerran kuussa")
    scene.suggest("neljä kertaa vuodessa. Muistio", "kerran kuussa. Lyhyt muistio", by=scene.riikka)
    assert [each for each, _words in found(scene)[1]] == [2]


def test_the_same_words_suggested_twice_do_not_compete(scene: Scene) -> None:
    scene.suggest("neljä kertaa", "kuusi kertaa")
    scene.suggest("neljä kertaa", "kuusi kertaa", by=scene.riikka)
    assert found(scene) == {}


def _by_number(scene: Scene, number: int) -> Suggestion:
    suggestion = suggestions.by_number(scene.agreement, number)
    assert suggestion is not None
    return suggestion
