"""Screen: whether the service is well, for machines that watch it."""

from __future__ import annotations

from flask import Response

from kumppanuus.db import answers
from kumppanuus.web.screen import Screen

screen = Screen("health", __name__)


@screen.page("/healthz", may="page.read")
def tell() -> Response:
    """One word: 200 when the database answers, 503 when it does not."""
    if answers():
        return Response("ok\n", mimetype="text/plain")
    return Response("the database does not answer\n", 503, {"Retry-After": "30"}, mimetype="text/plain")
