"""Answering: one comment, the same words of many, or what was ticked; then the next one that waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import drafts, members, responses
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.responses import Desk, Item, State
from kumppanuus.rounds import Round
from kumppanuus.statements import Disposition, On
from kumppanuus.web import words
from kumppanuus.web.drafting.ground import Difference, difference
from kumppanuus.web.forms import Chosen, Form, NumberField, Written
from kumppanuus.web.language import day, listed
from kumppanuus.web.reading import clause_html
from kumppanuus.web.responses import keeping
from kumppanuus.web.responses.desk import place_of
from kumppanuus.web.responses.frame import (
    AT,
    ONE,
    Narrowed,
    Progress,
    desk_of,
    home,
    ids,
    joined,
    narrowed,
    parts,
    progress,
    screen,
    spot_words,
)
from kumppanuus.web.responses.showing import SaidView, names_in, respondents, said_view
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import htmx, may, me, reply, retry, say, show
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


# ---------------------------------------------------------------- new ones


@screen.page(f"{AT}/uusi", may="response.manage")
def begin(agreement: Agreement, round: Round) -> str | Response:
    """The form for what was chosen: `r` names remarks, `kaikki` all that wait in the filter, nothing the first one."""
    desk, asked = desk_of(round), narrowed()
    items = [each for each in desk.items(asked.only, newest_first=asked.newest_first) if each.state is State.LEFT]
    wanted = set(ids(" ".join(request.args.getlist("r"))))
    if wanted:
        chosen = [each for each in items if any(row.id in wanted for row in each.rows)]
    else:
        chosen = items if request.args.get("kaikki") else items[:1]
    if not chosen:
        return make_response(redirect(home(round, query=asked.query), 303))
    return _draw(_new(agreement, round, desk, asked, chosen))


@screen.deed(AT, may="response.manage")
def write(agreement: Agreement, round: Round) -> Response:
    """Keep a response to the remarks of the form as a draft, and go on to the next ones that wait."""
    form = ResponseForm()
    chosen, asked = ids(form.remarks.data or ""), narrowed(dict(parse_qsl(form.narrowed.data or "")))
    waiting, place = _waiting(desk_of(round), asked), keeping.place_of(_chosen(round, form.remarks.data))
    if "luonnos" in request.form:
        return _keep_for_later(round, asked, form)
    if not form.validate():
        return _again(agreement, round, asked, form)
    try:
        responses.write(
            round, chosen, disposition=Disposition(form.disposition.data), reason=form.reason.data, by=me().id
        )
    except responses.TakenMeanwhile as refusal:
        return _clash(agreement, round, form, refusal)
    except Refused as refusal:
        form.refuse(refusal)
        return _again(agreement, round, asked, form, refusal)
    keeping.forget(place)
    return _go_on(agreement, round, asked, _after(waiting, chosen))


@screen.deed(f"{AT}/luonnos", may="response.manage", keeps_key=True)
def keep(agreement: Agreement, round: Round) -> Response:
    """Keep what is being typed about some remarks of the round."""
    form = ResponseForm()
    return keeping.kept_by_script(keeping.place_of(_chosen(round, form.remarks.data)), form)


def _keep_for_later(round_: Round, asked: Narrowed, form: ResponseForm) -> Response:
    """Keep what is typed at a press of the button; the list leads back to it."""
    chosen = _chosen(round_, form.remarks.data)
    if chosen:
        keeping.keep(keeping.place_of(chosen), form)
        query = "&".join(filter(None, (f"r={chosen[0].first.id}", asked.query)))
        drafts.keep(place_of(round_), {"address": home(round_, "uusi", query=query)}, by=me().id)
        say(gettext("Keskeneräinen vastine on tallessa. Vain sinä näet sen."))
    return reply(otherwise=home(round_, query=asked.query))


def _waiting(desk: Desk, asked: Narrowed) -> list[Item]:
    items = desk.items(asked.only, newest_first=asked.newest_first)
    return [each for each in items if each.state is State.LEFT]


def _after(waiting: Sequence[Item], answered: Sequence[UUID]) -> UUID | None:
    """The first of what waited that comes after what was answered; from the top again after the last."""
    done = set(answered)
    places = [place for place, each in enumerate(waiting) if any(row.id in done for row in each.rows)]
    turn = places[0] if places else 0
    rest = [*waiting[turn:], *waiting[:turn]]
    return next((each.first.id for each in rest if not any(row.id in done for row in each.rows)), None)


def _go_on(agreement: Agreement, round_: Round, asked: Narrowed, next_id: UUID | None, *, done: str = "") -> Response:
    """Lead to the next remark that waits, else back to the list; and remember the place. `done` tells what was done
    where it was something else than keeping a response."""
    url = home(round_, "uusi", query="&".join(filter(None, (f"r={next_id}", asked.query))))
    drafts.keep(place_of(round_), {"address": url}, by=me().id)
    desk = desk_of(round_)
    chosen = [each for each in _waiting(desk, asked) if any(row.id == next_id for row in each.rows)]
    if not chosen or "lista" in request.form:
        say(done or gettext("Vastine on tallessa luonnoksena."))
        return reply(otherwise=home(round_, query=asked.query))
    say(done or gettext("Vastine on tallessa luonnoksena. Tässä on seuraava."))
    if not htmx:
        return reply(otherwise=url)
    response = reply(parts.answering(_new(agreement, round_, desk, asked, chosen)), otherwise=url, focus="#vastine-h")
    response.headers["HX-Push-Url"] = url
    return response


def _new(
    agreement: Agreement,
    round_: Round,
    desk: Desk,
    asked: Narrowed,
    chosen: Sequence[Item],
    form: ResponseForm | None = None,
    ask: AskForm | None = None,
) -> Answering:
    remark_ids = [row.id for item in chosen for row in item.rows]
    data = {"remarks": joined(remark_ids), "narrowed": asked.query}
    place = keeping.place_of(chosen)
    kept = keeping.find(place) if form is None else None
    form = form or ResponseForm(formdata=None, data={**keeping.data_of(kept), **data})
    clauses = {item.spot.id for item in chosen if item.spot.on is On.CLAUSE}
    picked = "&".join(f"r={item.first.id}" for item in chosen)
    following = _after(_waiting(desk, asked), remark_ids)
    query = "&".join(filter(None, (f"r={following}", asked.query)))
    return _view(
        agreement,
        round_,
        chosen,
        form,
        url=home(round_),
        desk=desk,
        back=home(round_, query=asked.query),
        skip=home(round_, "uusi", query=query) if following else "",
        next_words=gettext("Tallenna ja siirry seuraavaan") if following else gettext("Tallenna vastine"),
        wording=home(round_, "muotoilu", query=f"kohta={clauses.pop()}&{picked}") if len(clauses) == 1 else "",
        ask=ask or _ask_form(agreement, data),
        ask_url=home(round_, "pyynnot"),
        is_open_ask=ask is not None,
        keep_url=home(round_, "luonnos"),
        kept_at=kept.kept_at if kept else None,
        others=keeping.others(place),
    )


def _again(
    agreement: Agreement, round_: Round, asked: Narrowed, form: ResponseForm, refusal: Refused | None = None
) -> Response:
    """The form again, with what was typed, for what can still be answered of its remarks."""

    def view() -> Answering:
        return _new(agreement, round_, desk_of(round_), asked, _chosen(round_, form.remarks.data), form)

    return retry(lambda: parts.answering(view()), lambda: _draw(view()), refusal)


def _chosen(round_: Round, given: str | None) -> list[Item]:
    return desk_of(round_).items_of(ids(given or ""))


def _clash(agreement: Agreement, round_: Round, form: ResponseForm, refusal: Refused) -> Response:
    """Somebody has begun a response to the same remarks: both texts, and the next press changes theirs."""
    found = responses.by_id(refusal.facts["response"])
    assert found is not None, "the verb has just read it"
    form.refuse(refusal)
    form.revision.data = found.revision
    return _one_again(agreement, round_, found, form, refusal)


# ---------------------------------------------------------------- officials


def _ask_form(agreement: Agreement, data: dict[str, str] | None) -> AskForm | None:
    """The form to ask an official by; None where the agreement has none."""
    officials = responses.officials(agreement)
    form = AskForm(formdata=None, data=data) if data is not None else AskForm()
    form.official.choices = [SelectChoice(str(each), name) for each, name in officials.items()]
    return form if officials else None


@screen.deed(f"{AT}/pyynnot", may="response.manage")
def ask(agreement: Agreement, round: Round) -> Response:
    """Ask an official to write the response to the remarks of the form."""
    form = _ask_form(agreement, None) or AskForm()
    form.official.choices = form.official.choices or []
    chosen, asked = ids(form.remarks.data or ""), narrowed(dict(parse_qsl(form.narrowed.data or "")))
    waiting = _waiting(desk_of(round), asked)

    def again(refusal: Refused | None = None) -> Response:
        def view() -> Answering:
            return _new(agreement, round, desk_of(round), asked, _chosen(round, form.remarks.data), None, form)

        return retry(lambda: parts.answering(view()), lambda: _draw(view()), refusal)

    if not form.validate():
        return again()
    official = next((members.by_id(each) for each in ids(form.official.data)), None)
    try:
        if official is None:
            raise responses.NotAnOfficial(field="official")
        responses.ask(round, chosen, of=official, note=form.note.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return again(refusal)
    done = gettext("Pyysimme vastausta: %(name)s.", name=official.user.name)
    return _go_on(agreement, round, asked, _after(waiting, chosen), done=done)


# ---------------------------------------------------------------- one that is there


@screen.page(ONE, may="response.write", endpoint="show")
def page(agreement: Agreement, round: Round, response: responses.Response) -> str:
    """One response: a draft to write, or what was released."""
    return _draw(_one(agreement, round, response))


@screen.deed(ONE, may="response.write")
def change(agreement: Agreement, round: Round, response: responses.Response) -> Response:
    """Write a draft anew; one that was released is replaced by a new draft."""
    form = ResponseForm()
    place = keeping.place_of(_items_of(round, response))
    if "luonnos" in request.form:
        keeping.keep(place, form)
        say(gettext("Keskeneräinen vastine on tallessa. Vain sinä näet sen."))
        return reply(otherwise=home(round, response.id))
    if not form.validate():
        return _one_again(agreement, round, response, form)
    facts = {"disposition": Disposition(form.disposition.data), "reason": form.reason.data}
    here = home(round, response.id)
    try:
        if response.is_released and form.revision.data == response.revision and may("response.manage"):
            here = home(round, responses.replace(response, by=me().id, **facts).id)
        else:
            responses.change(response, revision=form.revision.data, by=me().id, **facts)
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, responses.ResponseChanged):
            form.revision.data = response.revision
        return _one_again(agreement, round, response, form, refusal)
    keeping.forget(place)
    if not may("response.manage"):
        say(gettext("Kiitos! Vastine on koordinaattorin julkaistavana."))
        return reply(otherwise=here)
    say(gettext("Vastine on tallessa luonnoksena."))
    return reply(otherwise=here)


@screen.deed(f"{ONE}/luonnos", may="response.write", keeps_key=True)
def keep_one(agreement: Agreement, round: Round, response: responses.Response) -> Response:
    """Keep what is being typed over a response."""
    return keeping.kept_by_script(keeping.place_of(_items_of(round, response)), ResponseForm())


@screen.deed(f"{ONE}/poisto", may="response.manage")
def discard(agreement: Agreement, round: Round, response: responses.Response) -> Response:
    """Throw a draft away."""
    form, place = ResponseForm(), keeping.place_of(_items_of(round, response))
    try:
        responses.discard(response, revision=form.revision.data, by=me().id)
    except Refused as refusal:
        shown = ResponseForm(formdata=None, data=_standing(response))
        shown.refuse(refusal)
        return _one_again(agreement, round, response, shown, refusal)
    keeping.forget(place)
    say(gettext("Vastine on poistettu. Kommentit odottavat taas vastinetta."))
    return reply(otherwise=home(round))


def _one_again(
    agreement: Agreement,
    round_: Round,
    response: responses.Response,
    form: ResponseForm,
    refusal: Refused | None = None,
) -> Response:
    is_clash = isinstance(refusal, (responses.ResponseChanged, responses.TakenMeanwhile))

    def view() -> Answering:
        return _one(agreement, round_, response, form, shows_theirs=is_clash)

    return retry(lambda: parts.answering(view()), lambda: _draw(view()), refusal)


def _one(
    agreement: Agreement,
    round_: Round,
    response: responses.Response,
    form: ResponseForm | None = None,
    *,
    shows_theirs: bool = False,
) -> Answering:
    items, is_ours = _items_of(round_, response), may("response.manage")
    place = keeping.place_of(items)
    kept = keeping.find(place) if form is None else None
    form = form or ResponseForm(formdata=None, data={**_standing(response), **keeping.data_of(kept)})
    # What somebody else has stored since is read beside the own words that come back.
    shows_theirs |= kept is not None and response.is_ready and response.changed_by_id != me().id
    standing = f"{_disposition(response)}. {response.reason}" if response.disposition else ""
    written = ""
    if response.disposition and not response.is_released:
        written = gettext("Kirjoitti %(name)s %(when)s.", name=response.changed_by.name, when=day(response.changed_at))
    released = ""
    if response.released_at is not None:
        released = gettext("Julkaistu %(when)s.", when=day(response.released_at))
        if response.replaced_at is not None:
            released += " " + gettext("Korvattu uudella vastineella %(when)s.", when=day(response.replaced_at))
    can_discard = is_ours and not response.is_released
    return _view(
        agreement,
        round_,
        items,
        form,
        url=home(round_, response.id),
        desk=desk_of(round_) if is_ours else None,
        back=home(round_) if is_ours else at(round_),
        next_words=gettext("Korvaa uudella vastineella") if response.is_released else gettext("Tallenna vastine"),
        theirs=standing if shows_theirs or response.is_released else "",
        theirs_by=response.changed_by.name if shows_theirs else "",
        note=response.asked_note,
        written=written,
        discard=ResponseForm(formdata=None, data={"revision": response.revision}) if can_discard else None,
        release=home(round_, "julkaisu", query=f"vain={response.id}") if can_discard and response.is_ready else "",
        released=released,
        replaces=home(round_, response.replaces_id) if response.replaces_id and is_ours else "",
        keep_url=home(round_, response.id, "luonnos"),
        kept_at=kept.kept_at if kept else None,
        others=keeping.others(place),
    )


def _items_of(round_: Round, response: responses.Response) -> list[Item]:
    return desk_of(round_).items_of(responses.remark_ids_of(response))


def _standing(response: responses.Response) -> dict[str, object]:
    """What a response says, as fields of its form."""
    return {"disposition": response.disposition, "reason": response.reason, "revision": response.revision}


def _disposition(response: responses.Response) -> str:
    return str(words.DISPOSITIONS[response.disposition]) if response.disposition else ""


# ---------------------------------------------------------------- the page


def _view(
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
                said_view(agreement, found[item.first.id], respondents(round_, item.rows, people)),
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


def _draw(view: Answering) -> str:
    return show("responses/answering.html", section="rounds", view=view)
