"""Screen: one's address, what the service knows of one, and leaving it for good."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from flask import Response, make_response, request, session, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, EmailField, Field
from wtforms.validators import ValidationError

from kumppanuus import accounts, limits, notifications, own_data
from kumppanuus.db import now
from kumppanuus.errors import Refused
from kumppanuus.notifications import Letter
from kumppanuus.web.forms import Form, Written
from kumppanuus.web.known import Place, groups
from kumppanuus.web.screen import Parts, Screen, keep_secret, me, my_agreements, reply, retry, say, show

screen = Screen("own_data", __name__)
parts = Parts("own_data/parts.html")

_l = lazy_gettext


class AddressForm(Form):
    """Where one wants to get one's letters from now on."""

    address = EmailField(
        _l("Uusi sähköpostiosoite"),
        [Written(_l("Kirjoita sähköpostiosoite"))],
        description=_l("Lähetämme siihen linkin. Osoite vaihtuu, kun avaat linkin ja vahvistat sen."),
    )


class RemovalForm(Form):
    """A press that cannot be taken back."""

    is_sure = BooleanField(_l("Ymmärrän, ettei poistamista voi perua"))

    def validate_is_sure(self, field: Field) -> None:
        """It was understood."""
        if not field.data:
            raise ValidationError(gettext("Merkitse, että ymmärrät"))


# ---------------------------------------------------------------- the address


@screen.page("/oma-sivu/osoite", may="account.use")
def address() -> str:
    """The page where another address is wished for."""
    return _address(AddressForm(formdata=None))


@screen.deed("/oma-sivu/osoite", may="account.use")
def wish_for_address() -> Response:
    """Wish for another address. The answer is the same whether somebody else has it or not."""
    form = AddressForm()
    if not form.validate():
        return retry(lambda: parts.address(form), lambda: _address(form))
    try:
        limits.spend(f"address changes of {me().id}", limits.LINK_PER_ADDRESS)
        change = accounts.wish_for_address(me(), form.address.data)
        limits.spend(f"letters to {change.new_address}", limits.LINK_PER_ADDRESS)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: parts.address(form), lambda: _address(form), refusal)
    notifications.wish(Letter.ADDRESS_CONFIRM, change.id)
    say(gettext("Vahvista osoite linkistä, jonka lähetämme siihen. Siihen asti vanha osoite toimii."))
    return reply(otherwise=url_for("account.show"))


def _address(form: AddressForm) -> str:
    return show("own_data/address.html", section="account", form=form, address=me().address)


@screen.page("/osoitteet/<secret>", may="sign-in.use")
def confirmation(secret: str) -> Response:
    """The page the link of the letter opens. It spends nothing, because mail scanners open links too; whether the link
    still works is said at once."""
    is_spent = not accounts.awaits_confirmation(secret)
    return keep_secret(_confirmation(Form(formdata=None), secret, is_spent=is_spent))


@screen.deed("/osoitteet/<secret>", may="sign-in.use")
def confirm(secret: str) -> Response:
    """Give the person the new address, and tell the old one. Wrong links are counted."""
    form = Form()
    try:
        change = accounts.confirm_address(secret)
    except accounts.LinkSpent as spent:
        refusal: Refused = spent
        try:
            limits.spend(f"wrong links from {request.remote_addr}", limits.WRONG_TOKEN_PER_IP)
        except limits.TooMany as too_many:
            refusal = too_many
        form.refuse(refusal)
        return keep_secret(
            retry(lambda: parts.confirm(form, request.path), lambda: _confirmation(form, secret), refusal)
        )
    notifications.wish(Letter.ADDRESS_CHANGED, change.id)
    say(gettext("Osoite on vaihdettu. Kirjaudut nyt osoitteella %(address)s.", address=change.new_address))
    return reply(otherwise=url_for("account.show"))


def _confirmation(form: Form, secret: str, *, is_spent: bool = False) -> str:
    action = url_for("own_data.confirm", secret=secret)
    return show("own_data/confirmation.html", section="account", form=form, action=action, is_spent=is_spent)


# ---------------------------------------------------------------- what is known


@screen.page("/oma-sivu/tiedot", may="account.use")
def known() -> str:
    """What the service knows of the person, to be read."""
    places = {
        each.agreement_id: Place(each.agreement.title, url_for("agreements.show", agreement=each.agreement.slug))
        for each in my_agreements()
    }
    return show("own_data/known.html", section="account", groups=groups(own_data.known(me()), places))


@screen.page("/oma-sivu/tiedot.json", may="account.use")
def download() -> Response:
    """All of it as a file."""
    told = {"made_at": now(), "address": me().address, "tables": own_data.known(me())}
    response = make_response(json.dumps(told, default=_plain, ensure_ascii=False, indent=2))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="kumppanuus-omat-tiedot.json"'
    return response


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


# ---------------------------------------------------------------- leaving


@screen.page("/oma-sivu/poistaminen", may="account.use")
def removal() -> str:
    """The page that tells what removing oneself does."""
    return _removal(RemovalForm(formdata=None))


@screen.deed("/oma-sivu/poistaminen", may="account.use")
def remove() -> Response:
    """Remove the person, who is signed out by it."""
    form = RemovalForm()
    if not form.validate():
        return retry(lambda: parts.removal(form), lambda: _removal(form))
    try:
        own_data.remove(me(), by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: parts.removal(form), lambda: _removal(form), refusal)
    session.clear()
    say(gettext("Tietosi on poistettu. Kiitos, että olit mukana."))
    return reply(otherwise=url_for("signin.door"))


def _removal(form: RemovalForm) -> str:
    return show("own_data/removal.html", section="account", form=form, agreements=len(my_agreements()))
