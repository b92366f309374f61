"""The summary of a round as everybody reads it, without an account: the bytes that were published, and no others."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext
from markupsafe import Markup

from kumppanuus import summaries
from kumppanuus.summaries import Publication
from kumppanuus.web import errors, language
from kumppanuus.web.screen import attachment, show
from kumppanuus.web.summaries.frame import FORM_WORDS, public, screen

_SUMMARY = "/julkinen/<published>/kierrokset/<int:of_round>/yhteenveto"


@screen.page(_SUMMARY, may="summary.read")
def read(published: str, of_round: int) -> str | Response:
    """The last publication; where it was withdrawn, when and why."""
    found = summaries.at(published, of_round)
    if found is None:
        return errors.not_found()
    if not found.is_shown:
        return _withdrawn(found)
    order = list(FORM_WORDS)
    files = sorted((each for each in found.files if each.form in FORM_WORDS), key=lambda each: order.index(each.form))
    return show(
        "summaries/public.html",
        title=found.title,
        page=Markup(found.page),  # noqa: S704 - safe by its making
        number=found.number,
        published_on=language.plain_day(found.published_at),
        left=found.left,
        reason=found.reason,
        files=[
            (public(found.round, each.form), FORM_WORDS[each.form], language.file_size(each.size)) for each in files
        ],
    )


@screen.page(f"{_SUMMARY}/<form>", may="summary.read")
def file(published: str, of_round: int, form: str) -> Response:
    """A file of the last publication."""
    found = summaries.at(published, of_round)
    if found is None:
        return errors.not_found()
    if not found.is_shown:
        return _withdrawn(found)
    kept = summaries.content_of(found, form)
    return attachment(kept.name, kept.media_type, kept.content) if kept else errors.not_found()


def _withdrawn(found: Publication) -> Response:
    assert found.withdrawn_at is not None, "asked before"
    return errors.page(
        410,
        gettext("Yhteenvedon julkaisu on peruttu."),
        [
            gettext(
                "%(title)s. Julkaisu %(number)s peruttiin %(day)s.",
                title=found.title,
                number=found.number,
                day=language.plain_day(found.withdrawn_at),
            ),
            gettext("Perustelu: %(reason)s", reason=found.withdrawn_reason),
        ],
    )
