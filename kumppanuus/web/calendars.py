"""Screen: one's own calendar of deadlines, which calendar programs fetch from a private address."""

from __future__ import annotations

from flask import Response, make_response, url_for
from flask_babel import force_locale, gettext

from kumppanuus import notifications
from kumppanuus.notifications import Deadline
from kumppanuus.rounds import Round
from kumppanuus.text import icalendar
from kumppanuus.web import errors, public_address
from kumppanuus.web.forms import Form
from kumppanuus.web.screen import Screen, keep_secret, me, reply, say, show

screen = Screen("calendars", __name__)


@screen.page("/oma-sivu/kalenteri", may="account.use", endpoint="show")
def show_own() -> str:
    """What the calendar is, and whether one has it. Its address was told once."""
    return _page()


@screen.deed("/oma-sivu/kalenteri", may="account.use", keeps_key=True)
def make() -> Response:
    """Make the calendar or a new address of it, and show the address: nobody can be told it again."""
    path = url_for("calendars.read", calendar=notifications.make_calendar(me()))
    return keep_secret(_page(public_address(path)))


@screen.deed("/oma-sivu/kalenteri/lopetus", may="account.use")
def end() -> Response:
    """End the calendar."""
    notifications.end_calendar(me())
    say(gettext("Kalenteri on lopetettu. Sen osoite ei enää toimi."))
    return reply(otherwise=url_for("calendars.show"))


@screen.page("/kalenterit/<calendar>.ics", may="calendar.read")
def read(calendar: str) -> Response:
    """The calendar as a file, in the language of its person. It needs no session, and is never kept on the way."""
    user = notifications.whose_calendar(calendar)
    if user is None:
        return errors.not_found()
    with force_locale(user.language.value):
        days = [_day(each) for each in notifications.deadlines(user)]
        response = make_response(icalendar.file(days, name=gettext("kumppanuus: määräpäivät")))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="kumppanuus.ics"'
    return keep_secret(response)


def _page(address: str = "") -> str:
    return show(
        "calendars/page.html",
        section="account",
        form=Form(formdata=None),
        address=address,
        at_once=f"webcal://{address.partition('://')[2]}",
        has_calendar=notifications.has_calendar(me()),
    )


def _day(deadline: Deadline) -> icalendar.Day:
    thing, path = deadline.thing, f"/sopimukset/{deadline.agreement.slug}"
    if isinstance(thing, Round):
        summary = gettext("Viimeinen vastauspäivä: %(title)s", title=thing.title)
        path = f"{path}/kierrokset/{thing.number}"
    else:
        summary = gettext("Määräpäivä: kysymys %(number)s, %(title)s", number=thing.number, title=thing.title)
        path = f"{path}/kysymykset/{thing.number}"
    return icalendar.Day(
        uid=f"{thing.id}@kumppanuus",
        on=deadline.on,
        made_at=deadline.changed_at,
        summary=summary,
        description=deadline.agreement.title,
        url=public_address(path),
        sequence=deadline.changes,
    )
