"""The merge desk: two texts written from one, and a choice for each place where they clash.

It keeps nothing: the merge is made anew from both texts whenever the form is sent, and a choice is named after the
clash it was made for, so that it still holds when somebody has changed another place meanwhile.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import Field, RadioField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from kumppanuus.text.merge import Merged, Piece, resolved
from kumppanuus.web.forms import Chosen, Form

_l = lazy_gettext

THEIRS, MINE, BOTH, WRITTEN = "theirs", "mine", "both", "written"
FIELDS = ("choice_", "written_")  # how the names of its fields begin


class DeskForm(Form):
    """What is chosen at each clash, `choice_…`, and words of one's own for it, `written_…`."""


@dataclass(frozen=True)
class Clash:
    """A place to settle, with its two fields."""

    piece: Piece
    choice: RadioField
    written: TextAreaField

    @property
    def before(self) -> str:
        """What stood there before either changed it, in words if nobody could see it."""
        return _seen(self.piece.base)

    @property
    def texts(self) -> dict[str, str]:
        """What each choice puts there, in words if nobody could see it."""
        found = {THEIRS: self.piece.theirs, MINE: self.piece.mine, BOTH: _both(self.piece)}
        return {choice: _seen(text) for choice, text in found.items()}

    @property
    def chosen(self) -> str:
        """The text that was chosen, with the blanks around it that keep it apart from its neighbours."""
        match self.choice.data:
            case "theirs":
                return self.piece.theirs
            case "mine":
                return self.piece.mine
            case "both":
                return _both(self.piece)
        model = self.piece.mine if self.piece.mine.strip() else self.piece.theirs
        words = (self.written.data or "").replace("\r\n", "\n").strip()
        size = len(model.strip())
        start = len(model) - len(model.lstrip())
        return f"{model[:start]}{words}{model[start + size :]}"


@dataclass(frozen=True)
class Desk:
    """Both texts in reading order, each as settled stretches and clashes; the title only where it clashes."""

    merged: tuple[Merged, Merged]
    title: list[str | Clash]
    text: list[str | Clash]
    form: DeskForm
    language: str

    @property
    def clashes(self) -> list[Clash]:
        """The places to settle, the title first."""
        return [each for each in (*self.title, *self.text) if isinstance(each, Clash)]

    @property
    def is_settled(self) -> bool:
        """Whether a text was chosen at every clash; where not, the fields tell what to do."""
        return bool(self.form.validate())

    @property
    def wording(self) -> tuple[str, str]:
        """Title and text with what was chosen."""
        of_title, of_text = (
            resolved(merged, [each.chosen for each in parts if isinstance(each, Clash)])
            for merged, parts in zip(self.merged, (self.title, self.text), strict=True)
        )
        return of_title, of_text


def desk(
    merged: tuple[Merged, Merged], *, own: str, language: str, sent: Any = None, kept: Mapping[str, str] | None = None
) -> Desk:
    """The desk for a title and a text (`agreements.merge_with`). `own` names the text that is not in force.

    `sent` are the fields of the form that was sent; without them it is drawn with those that were `kept`, if any.
    """
    count = sum(len(each.clashes) for each in merged)
    seen: Counter[str] = Counter()
    fields: dict[str, Any] = {}

    def named(piece: Piece) -> str:
        digest = hashlib.sha256(repr((piece.base, piece.mine, piece.theirs)).encode()).hexdigest()[:12]
        seen[digest] += 1
        return f"{digest}_{seen[digest]}"

    places = [[(each, named(each) if each.kind == "clash" else "") for each in side.pieces] for side in merged]
    names = [(piece, name) for side in places for piece, name in side if name]
    for number, (piece, name) in enumerate(names, 1):
        at = {"number": number, "count": count}
        asked, needed = _l("Mikä teksti jää?"), _l("Valitse, mikä teksti jää")
        if count > 1:
            asked = _l("Paikka %(number)s/%(count)s: mikä teksti jää?", **at)
            needed = _l("Paikka %(number)s/%(count)s: valitse, mikä teksti jää", **at)
        fields[f"choice_{name}"] = RadioField(asked, [Chosen(needed)], choices=_choices(piece, own))
        fields[f"written_{name}"] = TextAreaField(
            _l("Oma sanamuoto, jos valitset Kirjoita itse"), [_Words(f"choice_{name}")]
        )
    form: DeskForm = type("SentDeskForm", (DeskForm,), fields)(formdata=sent, data=dict(kept or {}))
    title, text = (
        [Clash(piece, form[f"choice_{name}"], form[f"written_{name}"]) if name else piece.text for piece, name in side]
        for side in places
    )
    return Desk(merged, title if merged[0].clashes else [], text, form, language)


class _Words:
    """Validator: words of one's own are there if they are chosen, and chosen if they are there."""

    def __init__(self, choice: str) -> None:
        self.choice = choice

    def __call__(self, form: Form, field: Field) -> None:
        is_chosen = form[self.choice].data == WRITTEN
        if is_chosen and not (field.data or "").strip():
            raise ValidationError(gettext("Kirjoita teksti tai valitse toinen vaihtoehto"))
        if form[self.choice].data and not is_chosen and (field.data or "").strip():
            raise ValidationError(gettext("Valitse Kirjoita itse tai tyhjennä kenttä"))


def _choices(piece: Piece, own: str) -> list[SelectChoice]:
    found = [SelectChoice(THEIRS, _l("Nykyinen teksti")), SelectChoice(MINE, own)]
    if piece.mine.strip() and piece.theirs.strip():
        found.append(SelectChoice(BOTH, _l("Molemmat, nykyinen ensin")))
    return [*found, SelectChoice(WRITTEN, _l("Kirjoita itse"))]


def _both(piece: Piece) -> str:
    """The text in force and then the other one, apart as the other one was from what stood before it."""
    after = piece.mine if piece.mine[:1].isspace() or not piece.theirs.strip() else f" {piece.mine}"
    return piece.theirs.rstrip() + after


def _seen(text: str) -> str:
    if text.strip():
        return text.strip()
    if "\n\n" in text:
        return gettext("(uusi kappale)")
    if "\n" in text:
        return gettext("(rivin vaihto)")
    return gettext("(väli)") if text else gettext("(ei tekstiä)")
