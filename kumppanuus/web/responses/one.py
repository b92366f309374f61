"""One response that is there: a draft that is written on or thrown away, or what was released, and its replacement."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext

from kumppanuus import responses
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.responses import Item
from kumppanuus.rounds import Round
from kumppanuus.statements import Disposition
from kumppanuus.web import words
from kumppanuus.web.language import day
from kumppanuus.web.responses import keeping
from kumppanuus.web.responses.form import Answering, ResponseForm, around, draw
from kumppanuus.web.responses.frame import ONE, desk_of, home, parts, screen
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import may, me, reply, retry, say


@screen.page(ONE, may="response.write", endpoint="show")
def page(agreement: Agreement, round: Round, response: responses.Response) -> str:
    """One response: a draft to write, or what was released."""
    return draw(_one(agreement, round, response))


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
        return one_again(agreement, round, response, form)
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
        return one_again(agreement, round, response, form, refusal)
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
        return one_again(agreement, round, response, shown, refusal)
    keeping.forget(place)
    say(gettext("Vastine on poistettu. Kommentit odottavat taas vastinetta."))
    return reply(otherwise=home(round))


def one_again(
    agreement: Agreement,
    round_: Round,
    response: responses.Response,
    form: ResponseForm,
    refusal: Refused | None = None,
) -> Response:
    is_clash = isinstance(refusal, (responses.ResponseChanged, responses.TakenMeanwhile))

    def view() -> Answering:
        return _one(agreement, round_, response, form, shows_theirs=is_clash)

    return retry(lambda: parts.answering(view()), lambda: draw(view()), refusal)


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
    return around(
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
