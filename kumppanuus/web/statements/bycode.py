"""Answering by a letter on paper: its number and its code lead where the link of a mail would."""

from __future__ import annotations

from flask import Response, request
from flask_babel import lazy_gettext
from wtforms import StringField

from kumppanuus import limits, rounds, security
from kumppanuus.errors import Refused
from kumppanuus.web.forms import Form, Written
from kumppanuus.web.screen import reply, retry, show
from kumppanuus.web.statements.frame import paper_key, parts, screen

_l = lazy_gettext


class LetterForm(Form):
    """What stands in a letter on paper."""

    number = StringField(
        _l("Kirjeen numero"),
        [Written(_l("Kirjoita kirjeen numero"))],
        description=_l("Kuusi numeroa, esimerkiksi 123\u00a0456."),
    )
    code = StringField(
        _l("Koodi"),
        [Written(_l("Kirjoita koodi"))],
        description=_l("Yhdeksän merkkiä. Pienet kirjaimet käyvät, ja viivat voi jättää pois."),
    )


@screen.page("/vastaa", may="answer.give")
def letter() -> str:
    """The page whose address stands in letters on paper."""
    return _page(LetterForm(formdata=None))


# The key is kept unspent: where it leads is a secret that no table may hold.
@screen.deed("/vastaa", may="answer.give", keeps_key=True)
def enter_by_letter() -> Response:
    """Lead to the answer a letter is for. Whoever tries many wrong ones waits, also with a right one."""
    form, tries = LetterForm(), f"wrong links from {request.remote_addr}"
    if not form.validate():
        return retry(lambda: parts.letter(form), lambda: _page(form))
    try:
        limits.check(tries, limits.WRONG_TOKEN_PER_IP)
        secret = rounds.secret_by_code(form.number.data or "", form.code.data or "", key=paper_key())
    except Refused as refused:
        refusal = _counted(refused, tries)
        form.refuse(refusal)
        return retry(lambda: parts.letter(form), lambda: _page(form), refusal)
    return reply(otherwise=f"/vastaukset/{secret}")


def _counted(refusal: Refused, tries: str) -> Refused:
    """What is said of a try, once it is counted. The one that locks its number is told as wrong, too; that a limit is
    reached is noted by the frame. Of tries of one moment the last may reach one only here: what was counted of the
    letter stays, because it is answered and not thrown back."""
    if isinstance(refusal, rounds.WrongLetter | rounds.LetterLocked):
        security.note("letter.refused", who=None)
        try:
            limits.spend(tries, limits.WRONG_TOKEN_PER_IP)
        except limits.TooMany as too_many:
            return too_many
    return refusal


def _page(form: LetterForm) -> str:
    return show("statements/letter.html", section="answer", form=form)
