"""Answering: one comment, the same words of many, or what was ticked; then the next one that waits."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Response, make_response, redirect, request
from flask_babel import gettext
from wtforms.fields import SelectChoice

from kumppanuus import drafts, members, responses
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.responses import Desk, Item, State
from kumppanuus.rounds import Round
from kumppanuus.statements import Disposition, On
from kumppanuus.web.responses import keeping
from kumppanuus.web.responses.desk import place_of
from kumppanuus.web.responses.form import Answering, AskForm, ResponseForm, around, draw
from kumppanuus.web.responses.frame import AT, Narrowed, desk_of, home, ids, joined, narrowed, parts, screen
from kumppanuus.web.responses.one import one_again
from kumppanuus.web.screen import htmx, me, reply, retry, say


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
    return draw(_new(agreement, round, desk, asked, chosen))


@screen.deed(AT, may="response.manage")
def write(agreement: Agreement, round: Round) -> Response:
    """Keep a response to the remarks of the form as a draft, and go on to the next ones that wait."""
    form, ask = ResponseForm(), _ask_form(agreement)
    chosen, asked = ids(form.remarks.data or ""), narrowed(dict(parse_qsl(form.narrowed.data or "")))
    waiting, place = _waiting(desk_of(round), asked), keeping.place_of(_chosen(round, form.remarks.data))
    if "luonnos" in request.form:
        return _keep_for_later(round, asked, form, ask)
    if not form.validate():
        return _again(agreement, round, asked, form, ask)
    try:
        responses.write(
            round, chosen, disposition=Disposition(form.disposition.data), reason=form.reason.data, by=me().id
        )
    except responses.TakenMeanwhile as refusal:
        return _clash(agreement, round, form, refusal)
    except Refused as refusal:
        form.refuse(refusal)
        return _again(agreement, round, asked, form, ask, refusal)
    keeping.forget(place)
    return _go_on(agreement, round, asked, _after(waiting, chosen))


@screen.deed(f"{AT}/luonnos", may="response.manage", keeps_key=True)
def keep(agreement: Agreement, round: Round) -> Response:
    """Keep what is being typed about some remarks of the round."""
    form = ResponseForm()
    return keeping.kept_by_script(keeping.place_of(_chosen(round, form.remarks.data)), form, _ask_form(agreement))


def _keep_for_later(round_: Round, asked: Narrowed, form: ResponseForm, ask: AskForm) -> Response:
    """Keep what is typed at a press of the button; the list leads back to it."""
    chosen = _chosen(round_, form.remarks.data)
    if chosen:
        keeping.keep(keeping.place_of(chosen), form, ask)
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
    data = {**keeping.data_of(kept), **data}
    form, ask = form or ResponseForm(formdata=None, data=data), ask or _ask_form(agreement, data)
    clauses = {item.spot.id for item in chosen if item.spot.on is On.CLAUSE}
    picked = "&".join(f"r={item.first.id}" for item in chosen)
    following = _after(_waiting(desk, asked), remark_ids)
    query = "&".join(filter(None, (f"r={following}", asked.query)))
    return around(
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
        ask=ask if ask.official.choices else None,
        ask_url=home(round_, "pyynnot"),
        is_open_ask=bool(ask.note.data or ask.errors or ask.form_errors),
        keep_url=home(round_, "luonnos"),
        kept_at=kept.kept_at if kept else None,
        others=keeping.others(place),
    )


def _again(
    agreement: Agreement,
    round_: Round,
    asked: Narrowed,
    form: ResponseForm,
    ask: AskForm,
    refusal: Refused | None = None,
) -> Response:
    """The form again, with all that was typed, for what can still be answered of its remarks."""

    def view() -> Answering:
        return _new(agreement, round_, desk_of(round_), asked, _chosen(round_, form.remarks.data), form, ask)

    return retry(lambda: parts.answering(view()), lambda: draw(view()), refusal)


def _chosen(round_: Round, given: str | None) -> list[Item]:
    return desk_of(round_).items_of(ids(given or ""))


def _clash(agreement: Agreement, round_: Round, form: ResponseForm, refusal: Refused) -> Response:
    """Somebody has begun a response to the same remarks: both texts, and the next press changes theirs."""
    found = responses.by_id(refusal.facts["response"])
    assert found is not None, "the verb has just read it"
    form.refuse(refusal)
    form.revision.data = found.revision
    return one_again(agreement, round_, found, form, refusal)


# ---------------------------------------------------------------- officials


def _ask_form(agreement: Agreement, data: dict[str, str] | None = None) -> AskForm:
    """The form to ask an official by, as it was sent, or with `data`; without choices where there is none to ask."""
    form = AskForm() if data is None else AskForm(formdata=None, data=data)
    form.official.choices = [SelectChoice(str(each), name) for each, name in responses.officials(agreement).items()]
    return form


@screen.deed(f"{AT}/pyynnot", may="response.manage")
def ask(agreement: Agreement, round: Round) -> Response:
    """Ask an official to write the response to the remarks of the form. A reason that was begun in it is kept."""
    begun, form = ResponseForm(), _ask_form(agreement)
    chosen, asked = ids(form.remarks.data or ""), narrowed(dict(parse_qsl(form.narrowed.data or "")))
    waiting, place = _waiting(desk_of(round), asked), keeping.place_of(_chosen(round, form.remarks.data))
    if not form.validate():
        return _again(agreement, round, asked, begun, form)
    official = next((members.by_id(each) for each in ids(form.official.data)), None)
    try:
        if official is None:
            raise responses.NotAnOfficial(field="official")
        responses.ask(round, chosen, of=official, note=form.note.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return _again(agreement, round, asked, begun, form, refusal)
    keeping.keep(place, begun)
    done = gettext("Pyysimme vastausta: %(name)s.", name=official.user.name)
    return _go_on(agreement, round, asked, _after(waiting, chosen), done=done)
