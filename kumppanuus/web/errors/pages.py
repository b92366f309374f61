"""Whole pages of refusals and failures: what happened, is my text safe, what now."""

from __future__ import annotations

import hashlib
import logging
import re
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from kumppanuus import limits, security
from kumppanuus.db import db
from kumppanuus.errors import Refused
from kumppanuus.text.fingerprint import writable
from kumppanuus.web.errors.sentences import sentence

log = logging.getLogger("kumppanuus")

_l = lazy_gettext


def page(
    status: int,
    heading: str,
    sentences: list[str],
    *,
    kept: list[tuple[str, str]] | None = None,
    action: tuple[str, str] | None = None,
    incident: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A whole error page; under htmx it takes the place of the page rather than of a part."""
    if status >= 500:
        # The database may be away: the page must draw without it.
        g.is_failing, g.user, g.member, g.agreement = True, None, None, None
    elif "user" not in g:
        # Refused before the frame asked: an address that no route has, or a form without its token.
        g.user = current_user.user if current_user.is_authenticated else None
    body = render_template(
        "errors/page.html",
        status=status,
        heading=heading,
        sentences=[*sentences, *_files()],
        kept=kept or [],
        action=action,
        incident=incident,
    )
    response = make_response(body, status)
    if request.headers.get("HX-Request"):
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def _files() -> list[str]:
    """What to do about a file that was chosen: no page can give it back."""
    try:
        is_chosen = request.method == "POST" and any(each.filename for each in request.files.values())
    except HTTPException:
        return []
    return [gettext("Tiedostoa ei tallennettu. Valitse se uudelleen.")] if is_chosen else []


# Names of the fields people write into, as they are called on a page that keeps what was typed.
WRITTEN: dict[str, Any] = {
    "text": _l("Teksti"),
    "title": _l("Otsikko"),
    "reason": _l("Perustelu"),
    "remark": _l("Perustelu"),
    "response": _l("Vastaus"),
    "background": _l("Mistä on kyse"),
    "aims": _l("Mihin pyritään"),
    "attention": _l("Mihin toivotaan huomiota"),
    "contact": _l("Yhteystiedot"),
    "questions": _l("Kysymykset"),
    "headline": _l("Otsikko"),
    "lead": _l("Muutama lause"),
    "solution": _l("Ehdotus ratkaisuksi"),
    "outcome": _l("Mitä sovittiin"),
    "name": _l("Nimi"),
    "address": _l("Sähköpostiosoite"),
    "organisation": _l("Järjestö"),
    "municipality": _l("Kotikunta"),
    "business_id": _l("Y-tunnus"),
    "contact_name": _l("Yhteyshenkilön nimi"),
    "contact_address": _l("Sähköpostiosoite"),
    "contact_phone": _l("Puhelinnumero"),
    "name_fi": _l("Nimi suomeksi"),
    "name_sv": _l("Nimi ruotsiksi"),
    "name_en": _l("Nimi englanniksi"),
    "network": _l("Verkosto"),
    "signature_text": _l("Allekirjoitusosa"),
    "authority_name": _l("Hyvinvointialueen tai kunnan nimi"),
    "body_name": _l("Järjestöjen yhteistyöelimen nimi"),
    "case_number": _l("Asianumero"),
    "named": _l("Järjestö tai muu taho"),
    "addresses": _l("Sähköpostiosoitteet"),
    "message": _l("Terveiset kutsuttaville"),
    "note": _l("Mitä haluat tietää?"),
    "answer": _l("Vastaus"),
    "place": _l("Millä sivulla?"),
    "reply_address": _l("Sähköpostiosoite vastausta varten"),
}
# How the names of fields begin that stand many times in a form: blanks, questions about sections, clashing words.
MANY = ("value_", "questions_", "written_")


# What was written at one of the many places of an answer.
_PIECE = re.compile(r"(p\d{1,4})-(text|title|wording)")


def typed() -> list[tuple[str, str]]:
    """What the person had written into the form that was sent, so that no page loses it. Choices are not writing."""
    if request.method != "POST":
        return []
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        return []
    return [
        (str(WRITTEN.get(name, _l("Teksti"))), writable(text))
        for name, text in fields
        if text.strip() and (name in WRITTEN or name.startswith(MANY) or _is_written(name))
    ]


def drawn_digest(title: str, wording: str) -> str:
    """Stands in a form beside a wording that can be changed, so that what nobody touched is not kept as typed."""
    text = "\n".join(line.rstrip() for line in f"{title}\n{wording}".strip().splitlines())
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _is_written(name: str) -> bool:
    """Whether a field is a place of an answer in which something was written."""
    found = _PIECE.fullmatch(name)
    if found is None or found[2] == "text":
        return found is not None
    key = found[1]
    title, wording = (request.form.get(f"{key}-{part}", "") for part in ("title", "wording"))
    return drawn_digest(title, wording) != request.form.get(f"{key}-drawn")


def not_found() -> Response:
    """The page for an address that leads nowhere, or to something the person may not know of."""
    return page(
        404,
        gettext("Sivua ei löydy."),
        [gettext("Osoite voi olla vanha, tai siinä voi olla kirjoitusvirhe.")],
        action=("/", gettext("Siirry etusivulle")),
        kept=typed(),
    )


def not_allowed() -> Response:
    """The page for something the person may see but not do."""
    return page(
        403,
        gettext("Sinulla ei ole oikeutta tähän."),
        [gettext("Koordinaattori voi tehdä tämän tai antaa sinulle oikeuden. Mitään ei muuttunut.")],
        action=("/", gettext("Siirry etusivulle")),
        kept=typed(),
    )


def refused(refusal: Refused) -> Response:
    """The page for a refusal that has no form to show itself at."""
    headers = {"Retry-After": str(refusal.facts["wait"])} if isinstance(refusal, limits.TooMany) else {}
    here = request.referrer if request.referrer and request.referrer.startswith(request.host_url) else "/"
    return page(
        refusal.status,
        gettext("Tätä ei tehty."),
        [sentence(refusal)],
        action=(here, gettext("Palaa sivulle")),
        kept=typed(),
        headers=headers,
    )


def init_app(app: Flask) -> None:
    """Give every failure a page in words; no traceback, path or version ever leaves."""

    @app.errorhandler(CSRFError)
    def without_token(_error: CSRFError) -> Response:
        security.note("token.refused", who=None, endpoint=request.endpoint)
        return page(
            400,
            gettext("Lomake on vanhentunut."),
            [gettext("Mitään ei tallennettu. Tekstisi on alla: kopioi se, avaa sivu uudelleen ja lähetä teksti.")],
            kept=typed(),
            action=(_path_here(), gettext("Avaa sivu uudelleen")),
        )

    @app.errorhandler(Refused)
    def by_verb(refusal: Refused) -> Response:
        db.session.rollback()
        return refused(refusal)

    @app.errorhandler(HTTPException)
    def by_werkzeug(error: HTTPException) -> Response | HTTPException:
        status = error.code or 500
        if status < 400:
            return error
        if status == 404:
            return not_found()
        if status == 413:
            return page(
                413,
                gettext("Teksti tai tiedosto on liian suuri."),
                [gettext("Mitään ei tallennettu. Lyhennä ja yritä uudelleen.")],
                kept=[],
            )
        if status == 405:
            heading, advice = (
                gettext("Tätä sivua ei voi käyttää näin."),
                gettext("Avaa sivu linkistä tai painikkeesta."),
            )
            if request.method in ("GET", "HEAD", "POST"):
                response = page(405, heading, [advice], kept=typed())
            else:
                # No link and no form of ours asks so: nobody looks at the answer, and it need not cost a page.
                response = Response(f"{heading} {advice}\n", 405, content_type="text/plain; charset=utf-8")
            response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ["GET"])
            return response
        if status < 500:
            return page(
                status,
                gettext("Pyyntöä ei voi ymmärtää."),
                [gettext("Mitään ei muuttunut. Palaa edelliselle sivulle ja yritä uudelleen.")],
                kept=typed(),
            )
        return failed(error)

    @app.errorhandler(OperationalError)
    @app.errorhandler(DBAPIError)
    def by_database(error: DBAPIError) -> Response:
        db.session.rollback()
        if isinstance(error, IntegrityError):
            # Two did at once what can be done once. The verbs look first, so this is a matter of milliseconds.
            _incident(error)
            return page(
                409,
                gettext("Joku muu ehti ensin."),
                [gettext("Mitään ei tallennettu. Tekstisi on alla. Avaa sivu uudelleen ja katso, mitä muuttui.")],
                kept=typed(),
                action=(_path_here(), gettext("Avaa sivu uudelleen")),
            )
        if isinstance(error, OperationalError) or error.connection_invalidated:
            incident = _incident(error)
            return page(
                503,
                gettext("Palvelu ei juuri nyt pysty tallentamaan."),
                [gettext("Mitään ei tallennettu. Tekstisi on alla. Yritä uudelleen minuutin kuluttua.")],
                kept=typed(),
                incident=incident,
                headers={"Retry-After": "60"},
            )
        return failed(error)

    @app.errorhandler(Exception)
    def by_mistake(error: Exception) -> Response:
        return failed(error)


def failed(error: BaseException) -> Response:
    """The page for our own mistakes: an incident number, and the text."""
    db.session.rollback()
    if current_app.config.get("RAISE_FAILURES") and not isinstance(error, HTTPException):
        raise error
    incident = _incident(error)
    return page(
        500,
        gettext("Palvelussa on vika."),
        [gettext("Mitään ei tallennettu. Tekstisi on alla. Yritä uudelleen hetken kuluttua.")],
        kept=typed(),
        incident=incident,
    )


def _incident(error: BaseException) -> str:
    incident = security.request_id()
    log.error("incident %s: %s", incident, type(error).__name__, exc_info=error)
    return incident


def _path_here() -> str:
    if request.referrer and request.referrer.startswith(request.host_url):
        return request.referrer
    return "/"
