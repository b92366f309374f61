"""The form of a new comment: empty, refused, or with the text that was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from wtforms import RadioField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import drafts
from kumppanuus.members import SpeaksFor
from kumppanuus.web import words
from kumppanuus.web.comments.frame import ask_voice, hints, parts
from kumppanuus.web.forms import Chosen, Form, Written, new_key
from kumppanuus.web.language import language
from kumppanuus.web.screen import htmx, me, my_member

_l = lazy_gettext


class CommentForm(Form):
    """A new comment. The name to speak in is asked only of those who have more than one."""

    error_heading = _l("Kommenttia ei ole vielä lähetetty")

    kind = RadioField(
        _l("Millainen kommenttisi on?"),
        choices=[SelectChoice(kind.value, said) for kind, said in words.COMMENT_KINDS.items()],
        validators=[Chosen(_l("Valitse, millainen kommenttisi on"))],
    )
    speaks_for = RadioField(
        _l("Kenen nimissä kommentoit?"),
        default=SpeaksFor.SELF.value,
        validators=[Chosen(_l("Valitse, kenen nimissä kommentoit"))],
    )
    text = TextAreaField(
        _l("Kommentti"),
        description=_l("Kommentti näkyy kaikille osallistujille. Älä kirjoita kenenkään terveystietoja."),
        validators=[Written(_l("Kirjoita kommentti"))],
    )

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        ask_voice(self)


@dataclass(frozen=True)
class NewView:
    """The form of a new comment. `is_restored` tells that it holds text that was kept."""

    form: CommentForm
    action: str
    draft_action: str
    hints: dict[str, str]
    shown: int | str  # how many comments stand in the list
    seen: int | str = 0  # the number of the version that is read beside it; 0 where the talk is of no clause
    is_restored: bool = False
    shows_errors: bool = False  # a whole page shows them at its head


def begun_form(owner: UUID, action: str, form: CommentForm | None, shown: int, seen: int) -> NewView | None:
    """The form as it was refused, or with the text that was kept; None if there is neither."""
    kept = drafts.find(draft_place(owner), by=me().id) if form is None else None
    if form is None and kept is None:
        return None
    form = form or CommentForm(formdata=None, data=dict(kept.fields) if kept else {})
    is_restored = kept is not None
    return NewView(form, action, f"{action}/luonnos", hints(), shown, seen, is_restored, shows_errors=bool(htmx))


def draft_place(owner: UUID) -> str:
    """Where the text of a new comment is kept while it is being written."""
    return f"comment:{owner}"


# Words that nobody can have written: they stand in a drawn form for what each one has of its own.
_ACTION, _TOKEN, _KEY, _SHOWN, _SEEN = new_key(), new_key(), new_key(), new_key(), new_key()

# Language and voices → the empty form of a new comment.
_blanks: dict[tuple[str, ...], str] = {}


def empty_form(action: str, total: int, seen: int) -> Markup:
    """The empty form of a new comment. It is drawn once, because drawing it costs as much as writing the comment."""
    member = my_member()
    names = [each.name if each else "" for each in (member.organisation, member.network)]
    known = (language(), *names)
    drawn = _blanks.get(known)
    if drawn is None:
        form = CommentForm(formdata=None)
        drawn = str(parts.new(NewView(form, _ACTION, f"{_ACTION}/luonnos", hints(), _SHOWN, _SEEN)))
        drawn = drawn.replace(generate_csrf(), _TOKEN).replace(form.form_key.data, _KEY)
        if len(_blanks) < 1_000:
            _blanks[known] = drawn
    # The token that was sent is as good as a new one, and has been checked.
    token = str(escape(request.form.get("csrf_token") or generate_csrf()))
    own = {_ACTION: action, _TOKEN: token, _KEY: new_key(), _SHOWN: str(total), _SEEN: str(seen)}
    for mark, value in own.items():
        drawn = drawn.replace(mark, value)
    return Markup(drawn)  # noqa: S704 - macros escape what they are given
