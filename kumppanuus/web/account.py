"""Screen: a person's own page: settings, the browsers one is signed in with, one's agreements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, abort, g, session, url_for
from flask_babel import force_locale, gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup
from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice

from kumppanuus import accounts, notifications
from kumppanuus.accounts import Language, TextSize
from kumppanuus.errors import Refused
from kumppanuus.members import Member
from kumppanuus.notifications import Rhythm
from kumppanuus.web import following
from kumppanuus.web.forms import Chosen, Form, Written
from kumppanuus.web.screen import Screen, me, my_agreements, reply, retry, say, show
from kumppanuus.web.signin import is_only_way, provider
from kumppanuus.web.words import ROLES, THEMES, right_words

screen = Screen("account", __name__)

_l = lazy_gettext

LANGUAGES = {
    Language.FI: Markup('<bdi lang="fi">Suomeksi</bdi>'),
    Language.SV: Markup('<bdi lang="sv">På svenska</bdi>'),
    Language.EN: Markup('<bdi lang="en">In English</bdi>'),
}

TEXT_SIZES = {TextSize.M: _l("Tavallinen"), TextSize.L: _l("Suuri")}

RHYTHMS = {
    Rhythm.WEEKLY: _l("Kerran viikossa, maanantaiaamuna"),
    Rhythm.DAILY: _l("Kerran päivässä, aamulla"),
    Rhythm.AT_ONCE: _l("Heti, kun jotain tapahtuu"),
    Rhythm.NEVER: _l("En halua viestejä tapahtumista"),
}


def _choices(words: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(value.value, label) for value, label in words.items()]


class SettingsForm(Form):
    """What a person may set for oneself."""

    name = StringField(
        _l("Nimi"), [Written(_l("Kirjoita nimi"))], description=_l("Nimesi näkyy kommenteissa ja hyväksynnöissä.")
    )
    language = RadioField(_l("Kieli"), [Chosen()], choices=_choices(LANGUAGES))
    theme = RadioField(_l("Värit"), [Chosen()], choices=_choices(THEMES))
    text_size = RadioField(_l("Tekstin koko"), [Chosen()], choices=_choices(TEXT_SIZES))


class RhythmForm(Form):
    """How often letters about what happened come."""

    rhythm = RadioField(_l("Kuinka usein?"), [Chosen()], choices=_choices(RHYTHMS))


@dataclass(frozen=True)
class SessionView:
    """A browser one is signed in with."""

    id: UUID
    browser: str
    began_at: datetime
    used_at: datetime
    is_this: bool
    form: Form


@dataclass(frozen=True)
class IdentityView:
    """An account at a provider that one signs in by. It can be untied only while letters are a way in, too."""

    id: UUID
    name: str
    tied_at: datetime
    can_untie: bool
    form: Form


@dataclass(frozen=True)
class MembershipView:
    """One's part in an agreement."""

    slug: str
    title: str
    words: list[str]


@screen.page("/oma-sivu", may="account.use", endpoint="show")
def show_own() -> str:
    """One's own page."""
    return page()


def _settings_form() -> SettingsForm:
    user = me()
    return SettingsForm(
        formdata=None,
        name=user.name,
        language=user.language.value,
        theme=user.theme.value,
        text_size=user.text_size.value,
    )


@screen.deed("/oma-sivu/asetukset", may="account.use")
def choose() -> Response:
    """Save the settings; they show at once, the language too."""
    form = SettingsForm()
    if not form.validate():
        return retry(lambda: page(form), lambda: page(form))
    try:
        accounts.choose(
            me(),
            name=form.name.data,
            language=form.language.data,
            theme=form.theme.data,
            text_size=form.text_size.data,
        )
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: page(form), lambda: page(form), refusal)
    g.chosen_language = form.language.data
    with force_locale(form.language.data):
        say(gettext("Asetukset on tallennettu."))
    return reply(otherwise=url_for("account.show"))


@screen.deed("/oma-sivu/istunnot/<uuid:session_id>/paattaminen", may="account.use")
def end_session(session_id: UUID) -> Response:
    """End one of one's own sessions; that of somebody else is not there."""
    found = next((each for each in accounts.sessions_of(me()) if each.id == session_id), None)
    if found is None:
        abort(404)
    accounts.leave(found)
    say(gettext("Kirjautuminen on päätetty."))
    return reply(otherwise=url_for("account.show"))


@screen.deed("/oma-sivu/tunnukset/<uuid:identity_id>/irrotus", may="account.use")
def untie(identity_id: UUID) -> Response:
    """Untie an account of a provider from one's own, where letters are a way in as well."""
    found = next((each for each in accounts.identities_of(me()) if each.id == identity_id), None)
    if found is None:
        abort(404)
    accounts.untie(found, by=me().id, is_only_way=is_only_way(me().address))
    say(gettext("Tunnukset on irrotettu tilistäsi. Kirjaudu jatkossa sähköpostilla."))
    return reply(otherwise=url_for("account.show"))


@screen.deed("/oma-sivu/uloskirjautuminen", may="account.use")
def leave_everywhere() -> Response:
    """End every session of one's own, this one too."""
    accounts.leave_everywhere(me())
    session.clear()
    say(gettext("Olet kirjautunut ulos kaikilta laitteilta."))
    return reply(otherwise=url_for("signin.door"))


def page(form: SettingsForm | None = None, *, rhythm_form: RhythmForm | None = None) -> str:
    """One's own page, with a form that was sent in it, if there is one."""
    user = me()
    return show(
        "account/page.html",
        section="account",
        form=form or _settings_form(),
        rhythm_form=rhythm_form or RhythmForm(formdata=None, rhythm=notifications.rhythm_of(user).value),
        address=user.address,
        sessions=[_session(each) for each in accounts.sessions_of(user)],
        leave_form=Form(formdata=None),
        identities=[_identity(each, user) for each in accounts.identities_of(user)],
        memberships=_memberships(my_agreements()),
        choices=following.chosen(user, my_agreements()),
    )


def _session(found: accounts.Session) -> SessionView:
    return SessionView(
        id=found.id,
        browser=found.browser_words or gettext("Tuntematon selain"),
        began_at=found.began_at,
        used_at=found.used_at,
        is_this=found.id == current_user.session.id,
        form=Form(formdata=None),
    )


def _identity(found: accounts.Identity, user: accounts.User) -> IdentityView:
    known = provider()
    is_known = known is not None and known.issuer == found.issuer
    return IdentityView(
        id=found.id,
        name=known.name if known and is_known else (urlsplit(found.issuer).hostname or ""),
        tied_at=found.tied_at,
        can_untie=not is_only_way(user.address),
        form=Form(formdata=None),
    )


def _memberships(mine: Sequence[Member]) -> list[MembershipView]:
    views = []
    for member in mine:
        words = [str(ROLES[member.role])]
        if member.organisation:
            words.append(member.organisation.name)
        if member.network:
            words.append(member.network.name)
        if member.is_approver and member.side:
            words.append(right_words(member.agreement, member.side))
        views.append(MembershipView(member.agreement.slug, member.agreement.title, words))
    return views
