"""Answers: the parts that changed for htmx, else the way to a page; and the same form again if it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import Response, g, make_response, redirect, request
from flask_htmx import HTMX

from kumppanuus import drafts, security
from kumppanuus.errors import Refused
from kumppanuus.web.screen.drawing import Parts
from kumppanuus.web.screen.notices import flashes

htmx = HTMX()


def reply(*parts: str, otherwise: str, focus: str | None = None, status: int = 200) -> Response:
    """The answer to a deed that was done: the changed parts for htmx, else a 303 to a page.

    Under htmx the waiting notices go along, out of band. With no parts htmx, too, is led to the page.
    """
    if g.form_key and not (htmx and parts):  # whoever sends a part twice is led back to the page that holds it
        drafts.led_to(g.form_key, otherwise)
    if not htmx:
        return lead(otherwise)
    if not parts:
        return make_response("", 204, {"HX-Redirect": otherwise})
    notices = Parts("ui/parts.html").notices(flashes(), oob=True)
    response = make_response("\n".join([*parts, notices]), status)
    if focus:
        response.headers["X-Focus"] = focus
    return response


def retry(part: Callable[[], str], page: Callable[[], Any], refusal: Refused | None = None) -> Response:
    """The answer to a deed that was refused: the same part again for htmx, else the whole page, with the text kept.

    Status 422, 409 or 429 by the refusal; 422 when the form itself was not whole.
    """
    status = refusal.status if refusal else 422
    g.is_refused = True
    response = make_response(part() if htmx else page())
    response.status_code = status
    if status == 429 and refusal:
        response.headers["Retry-After"] = str(refusal.facts.get("wait", 60))
    return response


def keep_secret(answer: str | Response) -> Response:
    """A page whose address is a secret: no request made from it tells it, not even to ourselves."""
    response = make_response(answer)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def note_limit(response: Response) -> Response:
    """Whoever reached a limit is noted, whichever page says so."""
    if response.status_code == 429:
        user = getattr(g, "user", None)
        security.note("limit.reached", who=user.id if user else None, endpoint=request.endpoint)
    return response


def lead(target: str) -> Response:
    """Lead to a page."""
    return make_response(redirect(target, 303))


def back() -> str:
    """The page that was looked at before, on this host."""
    referrer = request.referrer or ""
    return safe_path(referrer[len(request.host_url) - 1 :] if referrer.startswith(request.host_url) else "")


def attachment(name: str, media_type: str, content: bytes) -> Response:
    """A file that is never shown in the browser."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def safe_path(path: str) -> str:
    """A path on this host, or the front page: `next` never leads away."""
    split = apart(path.replace("\\", "/"))
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not split.scheme and not split.netloc
    return path if is_ours and path.isprintable() and "\\" not in path else "/"


def apart(address: str) -> SplitResult:
    """The parts of an address that a request tells; all of them empty where it cannot be one."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
