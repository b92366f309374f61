"""Screen: how far a long task has come, and a way to stop it. Its page leads on by itself when the task is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect
from flask_babel import gettext, lazy_gettext

from kumppanuus import jobs
from kumppanuus.documents import archive, intake, summary, takeback, thanks
from kumppanuus.errors import Refused
from kumppanuus.jobs import Job, State
from kumppanuus.web import errors
from kumppanuus.web.forms import Form, new_key
from kumppanuus.web.rounds import closing
from kumppanuus.web.screen import Parts, Screen, htmx, reply, say, show

screen = Screen("jobs", __name__)
parts = Parts("jobs/parts.html")

_l = lazy_gettext


@dataclass(frozen=True)
class Kind:
    """How a kind of job is spoken of: what is being done, its steps in words, and where its result is.

    `done` takes a finished job to an address, `back` any other to where to begin anew; `told` are sentences for the
    page that a finished one leads to. A kind with one step tells how many things it has done.
    """

    heading: Any
    steps: tuple[Any, ...]
    lead: Any
    done: Any
    back: Any
    back_words: Any
    told: Callable[[Job], list[str]] = lambda _job: []


KINDS: dict[str, Kind] = {
    intake.READ: Kind(
        heading=_l("Luemme tiedostoa"),
        steps=(_l("avaamme tiedoston"), _l("luemme tekstin ja muutokset"), _l("etsimme luvut ja kohdat")),
        lead=_l("Tarkistat kaiken, ennen kuin mikään muuttuu."),
        done=lambda job: f"/tuonnit/{job.result['intake']}",
        back=lambda _job: "/tuonnit/uusi",
        back_words=_l("Valitse toinen tiedosto"),
    ),
    intake.BEGIN: Kind(
        heading=_l("Aloitamme sopimusta"),
        steps=(_l("luemme korjauksesi"), _l("kokoamme kohdat"), _l("tallennamme sopimuksen")),
        lead=_l("Ensin tallentuvat kohdat, sitten muutosehdotukset ja kommentit."),
        done=lambda job: f"/sopimukset/{job.result['slug']}",
        back=lambda _job: "/sopimukset",
        back_words=_l("Siirry sopimuksiin"),
    ),
    takeback.READ: Kind(
        heading=_l("Luemme tiedostoa"),
        steps=(_l("avaamme tiedoston"), _l("luemme tekstin ja muutokset"), _l("vertaamme tekstiä sopimukseen")),
        lead=_l("Tarkistat kaiken, ennen kuin mikään muuttuu."),
        done=lambda job: f"/sopimukset/{job.result['slug']}/tuonnit/{job.result['takeback']}",
        back=lambda job: f"/sopimukset/{job.facts['slug']}/tuonnit",
        back_words=_l("Valitse toinen tiedosto"),
    ),
    archive.MAKE: Kind(
        heading=_l("Teemme arkistoa"),
        steps=(_l("kirjaamme arkiston"), _l("kokoamme tiedot ja teemme asiakirjat"), _l("tallennamme arkiston")),
        lead=_l("Sopimusta voi muokata sillä aikaa."),
        done=lambda job: f"/sopimukset/{job.facts['slug']}/arkistot/{job.result['archive']}",
        back=lambda job: f"/sopimukset/{job.facts['slug']}/viennit",
        back_words=_l("Palaa asiakirjoihin"),
    ),
    closing.CARRY: Kind(
        heading=_l("Teemme muutosehdotuksia"),
        steps=(_l("Valmiina %(done)s ehdotusta, kaikkiaan %(all)s."),),
        lead=_l("Kierros on suljettu. Valituista teksteistä tulee muutosehdotuksia."),
        done=lambda job: job.facts["address"],
        back=lambda job: job.facts["address"],
        back_words=_l("Palaa kierrokseen"),
        told=lambda job: closing.carried_words(job.result["carried"], job.result["left"]),
    ),
    summary.MAKE: Kind(
        heading=_l("Teemme tiedostoa"),
        steps=(_l("kokoamme yhteenvedon"), _l("tallennamme tiedoston")),
        lead=_l("Yhteenvetoa voi muokata sillä aikaa."),
        done=lambda job: (
            f"/sopimukset/{job.facts['slug']}/arkistot/{job.result['archive']}?kierros={job.facts['number']}"
        ),
        back=lambda job: _summary(job),
        back_words=_l("Palaa yhteenvetoon"),
    ),
    thanks.MAKE: Kind(
        heading=_l("Teemme kirjeitä"),
        steps=(_l("kirjoitamme kirjeet"), _l("tallennamme tiedoston")),
        lead=_l("Kaikki kirjeet tulevat samaan tiedostoon."),
        done=lambda job: (
            f"/sopimukset/{job.facts['slug']}/arkistot/{job.result['archive']}?kierros={job.facts['number']}&kirjeet=1"
        ),
        back=lambda job: f"{_summary(job)}/kiitos",
        back_words=_l("Palaa vastaajiin"),
    ),
    summary.PUBLISH: Kind(
        heading=_l("Julkaisemme yhteenvetoa"),
        steps=(_l("kokoamme yhteenvedon"), _l("teemme tiedostot"), _l("julkaisemme yhteenvedon")),
        lead=_l("Yhteenveto julkaistaan sellaisena kuin se oli painaessasi Julkaise."),
        done=lambda job: _summary(job),
        back=lambda job: f"{_summary(job)}/julkaisu",
        back_words=_l("Palaa julkaisemiseen"),
    ),
}


def _summary(job: Job) -> str:
    return f"/sopimukset/{job.facts['slug']}/kierrokset/{job.facts['number']}/yhteenveto"


@dataclass(frozen=True)
class View:
    """A job as its page shows it."""

    url: str
    is_open: bool
    heading: str
    now_words: str
    lead: str
    step: int
    steps: int
    sentence: str
    key: str
    back: str
    back_words: str


@screen.page("/tyot/<uuid:job>", may="job.read")
def page(job: Job) -> Any:
    """The task; one that is done leads to what came of it."""
    if job.state is State.DONE:
        for sentence in KINDS[job.kind].told(job):
            say(sentence)
        return make_response(redirect(KINDS[job.kind].done(job), 303))
    view = view_of(job)
    return show("jobs/page.html", view=view, heading=view.heading if view.is_open else _ended(job))


@screen.piece("/tyot/<uuid:job>/tilanne", may="job.read")
def progress(job: Job) -> Any:
    """The same as a part, for the page that asks again and again."""
    if job.state is State.DONE:
        return make_response("", 204, {"HX-Redirect": f"/tyot/{job.id}"})  # which tells of it, and leads on
    if not job.is_open:
        return make_response("", 204, {"HX-Redirect": f"/tyot/{job.id}"})
    return parts.progress(view_of(job))


@screen.deed("/tyot/<uuid:job>/keskeytys", may="job.stop")
def cancel(job: Job) -> Response:
    """Stop the task. One that has just ended shows how it ended."""
    Form().validate()
    try:
        jobs.cancel(job)
    except Refused as refusal:
        if htmx:
            return make_response("", 204, {"HX-Redirect": f"/tyot/{job.id}"})
        return errors.refused(refusal) if job.state is not State.DONE else reply(otherwise=f"/tyot/{job.id}")
    return reply(otherwise=f"/tyot/{job.id}")


def view_of(job: Job) -> View:
    """A job as its page shows it."""
    kind = KINDS[job.kind]
    step = min(job.step, len(kind.steps) - 1)
    if job.state is State.WAITING:
        now_words = gettext("Työ odottaa vuoroaan.")
    elif len(kind.steps) == 1:
        now_words = str(kind.steps[0]) % {"done": job.step, "all": job.steps}
    else:
        now_words = gettext(
            "Vaihe %(step)s/%(steps)s: %(words)s.", step=step + 1, steps=job.steps, words=kind.steps[step]
        )
    return View(
        url=f"/tyot/{job.id}",
        is_open=job.is_open,
        heading=str(kind.heading),
        now_words=now_words,
        lead=str(kind.lead),
        step=job.step,
        steps=job.steps,
        sentence=_sentence(job),
        key=new_key(),
        back=kind.back(job),
        back_words=str(kind.back_words),
    )


def _ended(job: Job) -> str:
    if job.state is State.CANCELLED:
        return gettext("Työ keskeytettiin.")
    return (
        gettext("Tiedostoa ei voitu lukea.")
        if job.kind in (intake.READ, takeback.READ)
        else gettext("Työ ei onnistunut.")
    )


def _sentence(job: Job) -> str:
    if intake.has_begun(job):
        told = gettext("Sopimus on aloitettu. Osa muutosehdotuksista ja kommenteista voi puuttua siitä.")
        return f"{told} {gettext('Avaa sopimus ja tarkista se.')}"
    if job.kind == closing.CARRY:
        return gettext("Kierros on suljettu. Osa teksteistä voi jo olla muutosehdotuksina. Loput ovat vastauksissa.")
    if job.kind == archive.MAKE:
        return gettext("Arkistoa ei tallennettu. Voit tehdä sen uudelleen.")
    if job.state is State.CANCELLED:
        return gettext("Mitään ei tallennettu. Voit aloittaa alusta.")
    if job.refusal:
        return f"{errors.sentence_named(job.refusal)} {gettext('Mitään ei tallennettu.')}"
    return gettext("Työ katkesi kesken. Mitään ei tallennettu. Yritä uudelleen.")
