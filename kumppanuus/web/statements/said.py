"""What an answer says, page by page, as it is read: by its writers before it is sent, by everybody after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kumppanuus.statements import Part, Place, Said
from kumppanuus.web.drafting.ground import Difference, difference
from kumppanuus.web.forms import new_key
from kumppanuus.web.statements.frame import kind_words, part_title, tone_of
from kumppanuus.web.statements.pieces import heading_of


@dataclass(frozen=True)
class Hiding:
    """The form that hides something. `box` is the id of the field for the reason."""

    url: str
    box: str
    reason: str = ""
    errors: list[str] = field(default_factory=list)
    form_key: str = field(default_factory=new_key)


@dataclass(frozen=True)
class SaidView:
    """One thing that is said: about what, of which kind, the words, and the suggested wording.

    `by` and `is_unsent` are told to its writers; `id`, `hidden` and `hide` belong to what was sent, `came` and `why` to
    what was answered.
    """

    about: str
    kind: str
    tone: tuple[str, str]
    text: str
    lang: str
    changes: Difference | None = None
    by: str = ""
    is_unsent: bool = False
    id: str = ""
    hidden: str = ""
    hide: Hiding | None = None
    came: str = ""
    why: str = ""


@dataclass(frozen=True)
class SaidPart:
    """What is said on one page of an answer. `url` is where it is changed, if it is."""

    title: str
    said: list[SaidView]
    url: str = ""


def grouped(
    parts: Iterable[Part],
    said: Mapping[Place, Said],
    lang: str,
    *,
    finish: Callable[[Place, SaidView], SaidView],
    url: str = "",
) -> list[SaidPart]:
    """Everything that is said, by the pages of an answer that stand under `url`. `finish` adds what only the one who
    shows it knows."""
    found = []
    for part in parts:
        own = [
            finish(place, _view(part, place, said[place], lang))
            for place in part.places
            if place in said and not said[place].is_nothing
        ]
        if own:
            found.append(SaidPart(part_title(part), own, f"{url}/luvut/{part.number}" if url else ""))
    return found


def _view(part: Part, place: Place, said: Said, lang: str) -> SaidView:
    placed = next((each for each in part.clauses if each.id == place.id), None)
    return SaidView(
        about=heading_of(part, place),
        kind=kind_words(said),
        tone=tone_of(said),
        text=said.text,
        lang=lang,
        changes=difference(placed.version, said.title, said.wording) if placed and said.wording else None,
    )
