"""One thing that can be answered on a page: drawn from what stands there, read from what was sent, and blamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus.agreements import Placed
from kumppanuus.comments import CommentKind
from kumppanuus.errors import Refused
from kumppanuus.statements import NOTHING, On, Part, Place, Said, Stance, Written
from kumppanuus.web import errors, words
from kumppanuus.web.drafting.ground import Difference, difference
from kumppanuus.web.forms import Form
from kumppanuus.web.reading import clause_html
from kumppanuus.web.statements.frame import STANCES, Desk, is_consultation, kind_words

_l = lazy_gettext


class PieceForm(Form):
    """What is said at one place. Its names begin with those of the place, so that a page holds many."""

    choice = RadioField()
    text = TextAreaField()
    title = StringField(_l("Otsikko"))
    wording = TextAreaField(_l("Uusi teksti"))

    class Meta(Form.Meta):
        csrf = False  # the form around it carries the token


@dataclass(frozen=True)
class PieceView:
    """One thing that can be answered: what it is about, and the fields for what is said of it."""

    place: Place
    key: str
    heading: str
    asks: str
    form: PieceForm
    seen: str
    drawn: str = ""
    html: Markup | None = None
    changes: Difference | None = None
    by: str = ""
    theirs: Said | None = None
    theirs_kind: str = ""
    has_choice: bool = False
    has_wording: bool = False
    is_open: bool = False

    @property
    def rows(self) -> int:
        """How high the box of a wording is drawn."""
        return min(20, max(5, len(self.form.wording.data or "") // 45))


def piece_at(desk: Desk, at: int, place: Place, part: Part, *, is_sent: bool = False) -> PieceView:
    """One thing to answer: drawn from what stands there, or from what was just sent."""
    key = f"p{at}"
    standing = desk.written.get(place)
    said = standing.said if standing else NOTHING
    placed = next((each for each in part.clauses if each.id == place.id), None) if place.on is On.CLAUSE else None
    title = said.title or (placed.title if placed else "")
    wording = said.wording or (placed.version.text if placed else "")
    drawn = {"choice": said.stance or said.kind or "", "text": said.text, "title": title, "wording": wording}
    form = PieceForm(prefix=f"{key}-") if is_sent else PieceForm(formdata=None, prefix=f"{key}-", data=drawn)
    has_choice = place.on in (On.CLAUSE, On.SECTION)
    _name_fields(form, desk, place, placed, part)
    changes = None
    if placed is not None and (form.wording.data or "").strip():
        changed = difference(placed.version, form.title.data or "", form.wording.data or "")
        changes = None if changed.is_none else changed
    return PieceView(
        place=place,
        key=key,
        heading=_heading(place, placed),
        asks=_asks(place, part),
        form=form,
        seen=request.form.get(f"{key}-seen", "") if is_sent else said.digest,
        drawn=errors.drawn_digest(title, wording) if placed else "",
        html=clause_html(placed.version.text) if placed else None,
        changes=changes,
        by=_writer(standing, desk),
        has_choice=has_choice,
        has_wording=placed is not None,
        is_open=changes is not None,
    )


def _name_fields(form: PieceForm, desk: Desk, place: Place, placed: Placed | None, part: Part) -> None:
    """Give the fields words that tell apart the many that stand on one page."""
    where = gettext("kohtaan %(label)s", label=placed.label) if placed else ""
    if is_consultation(desk.round):
        form.choice.label.text = gettext("Kanta %(where)s", where=where or gettext("koko lukuun"))
        named = [(stance.value, said) for stance, said in STANCES.items()]
    else:
        form.choice.label.text = gettext("Millainen vastauksesi on %(where)s?", where=where or gettext("koko lukuun"))
        named = [(kind.value, said) for kind, said in words.COMMENT_KINDS.items()]
    form.choice.choices = [SelectChoice("", gettext("Ei valittu")), *(SelectChoice(*each) for each in named)]
    if form.choice.data not in {value for value, _said in named}:
        form.choice.data = ""
    if place.on is On.QUESTION:
        form.text.label.text = gettext("Vastauksesi")
    elif place.on is On.CLAUSE:
        form.text.label.text = gettext("Kommentti %(where)s", where=where)
    elif place.on is On.SECTION:
        form.text.label.text = gettext("Kommentti koko lukuun")
    else:
        form.text.label.text = gettext("Mitä haluat sanoa koko sopimuksesta?")


def heading_of(part: Part, place: Place) -> str:
    """What is said at a place is about: a clause, the words of a question, the whole."""
    placed = next((each for each in part.clauses if each.id == place.id), None)
    return _asks(place, part) or _heading(place, placed)


def _heading(place: Place, placed: Placed | None) -> str:
    if placed is not None:
        return words.clause_title(placed)
    if place.on is On.QUESTION:
        return gettext("Kysymys")
    return gettext("Koko luku") if place.on is On.SECTION else gettext("Koko sopimus")


def _asks(place: Place, part: Part) -> str:
    return next((each.text for each in part.questions if each.id == place.id), "") if place.on is On.QUESTION else ""


def _writer(standing: Written | None, desk: Desk) -> str:
    """Who wrote what is not sent yet, where it was somebody else."""
    if standing is None or standing.writer_id == desk.by:
        return ""
    name = desk.writer_of(standing)
    return gettext("%(name)s on kirjoittanut tämän.", name=name) if name else ""


def typed(piece: PieceView) -> Said:
    """What was written and chosen at a place."""
    chosen = piece.form.choice.data or ""
    return Said(
        kind=CommentKind(chosen) if chosen in {each.value for each in CommentKind} else None,
        stance=Stance(chosen) if chosen in {each.value for each in Stance} else None,
        text=(piece.form.text.data or "").replace("\r\n", "\n"),
        title=piece.form.title.data or "",
        wording=(piece.form.wording.data or "").replace("\r\n", "\n"),
    )


def beside(desk: Desk, piece: PieceView) -> PieceView:
    """A place where somebody else wrote: their words beside the own ones, which the next press puts there."""
    standing = desk.written.get(piece.place)
    theirs = standing.said if standing else NOTHING
    return replace(
        piece,
        theirs=theirs,
        theirs_kind=kind_words(theirs),
        seen=theirs.digest,
        is_open=bool(theirs.wording) or piece.is_open,
    )


def blame(pieces: Sequence[PieceView], refusal: Refused) -> list[tuple[str | None, str]]:
    """Say what was refused at the field it is about."""
    sentence = errors.sentence(refusal)
    at = next((each for each in pieces if each.place == refusal.facts.get("place")), None)
    name = refusal.facts.get("field", "text")
    if at is None:
        return [(None, sentence)]
    wanted = {"title": at.form.title, "wording": at.form.wording}.get(name, at.form.text)
    wanted.errors = [*wanted.errors, sentence]
    return [(wanted.id, f"{at.heading}: {sentence}")]
