"""The form in which a response is written, and the page around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import responses
from kumppanuus.agreements import Agreement
from kumppanuus.responses import Desk, Item
from kumppanuus.rounds import Round
from kumppanuus.web import words
from kumppanuus.web.drafting.ground import Difference, difference
from kumppanuus.web.forms import Chosen, Form, NumberField, Written
from kumppanuus.web.language import listed
from kumppanuus.web.reading import clause_html
from kumppanuus.web.responses.frame import Progress, home, progress, spot_words
from kumppanuus.web.responses.showing import SaidView, names_in, respondents, said_view
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import show
from kumppanuus.web.statements.frame import round_name

_l = lazy_gettext

_MOST_SHOWN = 10  # comments above the form


class ResponseForm(Form):
    """What came of some remarks, and why. `remarks` are their ids, `narrowed` the filter they were found by."""

    disposition = RadioField(
        _l("Ratkaisu"),
        [Chosen(_l("Valitse ratkaisu"))],
        choices=[SelectChoice(each.value, name) for each, name in words.DISPOSITIONS.items()],
    )
    reason = TextAreaField(
        _l("Perustelu"),
        [Written(_l("Kirjoita perustelu"))],
        description=_l("Yksi lause riittää. Vastaajat ja kaikki osallistujat näkevät sen, kun vastine julkaistaan."),
    )
    remarks = HiddenField()
    narrowed = HiddenField()
    revision = NumberField()


class AskForm(Form):
    """Whom to ask for a response, and what."""

    official = SelectField(_l("Keneltä"), [Chosen(_l("Valitse viranhaltija"))])
    note = TextAreaField(_l("Mitä haluat tietää?"))
    remarks = HiddenField()
    narrowed = HiddenField()


@dataclass(frozen=True)
class Answering:
    """The page where a response is written. `theirs` is what somebody else wrote meanwhile, with the name; `kept_at`
    tells when the words in the form were typed, if they come from a draft."""

    url: str
    heading: str
    where: str
    said: list[tuple[str, SaidView]]
    form: ResponseForm
    progress: Progress | None
    back: str
    skip: str = ""
    next_words: str = ""
    text: str = ""
    changes: Difference | None = None
    lang: str = ""
    theirs: str = ""
    theirs_by: str = ""
    note: str = ""
    written: str = ""
    ask: AskForm | None = None
    ask_url: str = ""
    is_open_ask: bool = False
    discard: Form | None = None
    wording: str = ""
    release: str = ""
    released: str = ""
    replaces: str = ""
    crumbs: list[tuple[str | None, str]] = field(default_factory=list)
    keep_url: str = ""
    kept_at: datetime | None = None
    others: str = ""

    @property
    def shown(self) -> list[tuple[str, SaidView]]:
        """What stands before the form. On a phone and by keyboard the way to the form leads past it, so it is short."""
        return self.said if len(self.said) <= _MOST_SHOWN + 1 else self.said[:_MOST_SHOWN]

    @property
    def folded(self) -> list[tuple[str, SaidView]]:
        """What is left of a long list; it opens by a press."""
        return self.said[len(self.shown) :]

    @property
    def is_many(self) -> bool:
        """Whether it is about several places, each of which is named."""
        return len({where for where, _said in self.said}) > 1


def around(
    agreement: Agreement,
    round_: Round,
    items: Sequence[Item],
    form: ResponseForm,
    *,
    desk: Desk | None,
    **rest: object,
) -> Answering:
    """The page around a form: what is answered, each thing once, and the text it is about if that is one."""
    found, people = responses.remarks(item.first.id for item in items), names_in(items)
    places = {item.spot.id: spot_words(item.spot) for item in items}
    clause = found[items[0].first.id].clause if len(places) == 1 else None
    asked_about = found[items[0].first.id].version if clause else None
    changes, text = None, ""
    if clause is not None and asked_about is not None:
        current = clause.current
        if current.fingerprint != asked_about.fingerprint:
            changes = difference(asked_about, current.title, current.text)
        text = clause_html(asked_about.text)
    count = sum(len(item.rows) for item in items)
    return Answering(
        heading=ngettext("Vastine %(num)s kommenttiin", "Vastine %(num)s kommenttiin", count),
        where=listed(list(places.values())) if len(places) < 3 else gettext("%(num)s kohtaa", num=len(places)),
        said=[
            (
                places[item.spot.id],
                said_view(agreement, responses.as_listed(found[item.first.id]), respondents(round_, item.rows, people)),
            )
            for item in items
        ],
        form=form,
        progress=progress(round_, desk) if desk else None,
        text=text,
        changes=changes,
        lang=agreement.language.value,
        crumbs=[
            (at(round_), round_name(round_)),
            *([(home(round_), gettext("Vastineet"))] if desk else []),
            (None, gettext("Vastine")),
        ],
        **rest,  # type: ignore[arg-type]  # the fields of the view
    )


def draw(view: Answering) -> str:
    return show("responses/answering.html", section="rounds", view=view)
