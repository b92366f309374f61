"""The base of all forms: a token, a key that is spent once, and words for what a verb refused."""

from __future__ import annotations

import secrets
from contextlib import closing
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from markupsafe import Markup
from wtforms import DateField, Field, HiddenField, StringField, TextAreaField, i18n
from wtforms.meta import DefaultMeta
from wtforms.validators import ValidationError

from kumppanuus.errors import Refused
from kumppanuus.text.fingerprint import writable
from kumppanuus.web import errors
from kumppanuus.web.language import language


def new_key() -> str:
    """A key for one form on one page."""
    return secrets.token_urlsafe(18)


@cache
def _words_of_fields(code: str) -> Any:
    return i18n.get_translations([code])


_HIDDEN = Markup('<input name="%s" type="hidden" value="%s">')


class Form(FlaskForm):
    """Checks shape only; rules are the verbs'. `form_errors` are sentences that belong to no field."""

    form_key = HiddenField(default=new_key)

    class Meta(DefaultMeta):
        # WTForms' own words in the languages it ships; ours come with each field.
        locales = ("fi", "sv", "en")

        def get_translations(self, form: Any) -> Any:
            """WTForms' own words, read from their file once and not with every request."""
            return _words_of_fields(language())

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            """Draw hidden fields without an id: several forms stand on one page, and nothing points to them.

            Signs that no document can carry are drawn as U+FFFD, so that who is asked to take them out can see them.
            """
            if isinstance(field.data, str):
                field.data = writable(field.data)
            if isinstance(field, HiddenField):
                # A page may hold hundreds: put together as it is, it costs a tenth of what WTForms takes.
                return _HIDDEN % (field.name, field._value())
            return super().render_field(field, render_kw)

    def refuse(self, refusal: Refused) -> None:
        """Show what a verb refused: at the field it names, else at the head of the form."""
        sentence = errors.sentence(refusal)
        field = self._fields.get(refusal.facts.get("field", ""))
        if field is not None and not isinstance(field, HiddenField):
            field.errors = [*field.errors, sentence]
        else:
            self.form_errors.append(sentence)

    def typed(self) -> list[tuple[str, str]]:
        """What was typed, as pairs of label and text, to be shown where the form itself cannot be."""
        kinds = (StringField, TextAreaField)
        return [
            (str(f.label.text), f.data)
            for f in self
            if isinstance(f, kinds) and not isinstance(f, HiddenField) and f.data
        ]


class DayField(DateField):
    """A day: the browser's own control, and 9.4.2026 typed by hand too."""

    def __init__(self, label: Any = None, validators: Any = None, **rest: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"], **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; an empty field is no day."""
        text = " ".join(valuelist).strip().replace(" ", "")
        if not text:
            self.data = None
            return
        for form in self.strptime_format:
            try:
                self.data = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            if self.data >= date(2000, 1, 1):
                return
        self.data = None
        raise ValueError(gettext("Kirjoita päivä näin: 9.4.2026"))


class IdField(HiddenField):
    """A hidden id. What is no id counts as none, and the verb then refuses a form drawn from nothing."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if len(valuelist) == 1:
            try:
                self.data = UUID(valuelist[0])
            except (ValueError, AttributeError, TypeError):
                self.data = None

    def _value(self) -> str:
        return str(self.data or "")


class NumberField(HiddenField):
    """A hidden whole number, such as the revision a form was drawn from. What is none counts as none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0] if len(valuelist) == 1 else ""
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)


class Written:
    """Validator: something has been written. The sentence says what to do."""

    field_flags = {"required": True}

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Field) -> None:
        if not (field.data or "").strip():
            raise ValidationError(str(self.sentence))


class Chosen:
    """Validator: one of the choices has been chosen. The sentence says what to do."""

    def __init__(self, sentence: Any = lazy_gettext("Valitse yksi vaihtoehto")) -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Field) -> None:
        values = [str(value) for value, *_words in field.iter_choices()]
        if field.data is None or str(field.data) not in values:
            # The sentence of WTForms' own check ("not a valid choice") says the same twice.
            field.errors = []
            raise ValidationError(str(self.sentence))


class FileForm(Form):
    """A document that somebody brings."""

    file = FileField(
        lazy_gettext("Tiedosto"),
        description=lazy_gettext("Word (.docx), Markdown (.md) tai teksti (.txt), enintään 10 megatavua."),
    )

    def validate_file(self, field: FileField) -> None:
        """A file has been chosen."""
        if not field.data or not field.data.filename:
            raise ValidationError(gettext("Valitse tiedosto"))

    @property
    def brought(self) -> tuple[str, bytes]:
        """Name and content of the file, which is closed."""
        with closing(self.file.data) as file:
            return file.filename, file.read()
