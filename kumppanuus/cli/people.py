"""People: who may start agreements, a way in by hand, accounts that are closed or erased, a coordinator in need."""

from __future__ import annotations

from datetime import timedelta

import click
from flask import current_app

from kumppanuus import accounts, members, own_data, web
from kumppanuus.accounts import User
from kumppanuus.cli.frame import Sentence, agreement_at, commands, in_a_sentence
from kumppanuus.config import Settings
from kumppanuus.db import db, writing
from kumppanuus.errors import Refused


@commands.command("create-coordinator")
@click.argument("address")
@click.option("--name", help="Name of the person; the address until then.")
def create_coordinator(address: str, name: str | None) -> None:
    """Make a person who may start agreements and is coordinator of those."""
    refusals: dict[type[Refused], str] = {
        accounts.BadAddress: f"{address} is not an e-mail address",
        Refused: f"the name of {address} is empty, too long or holds characters that cannot be kept",
    }
    with writing(), in_a_sentence(refusals):
        user = accounts.find_or_add(address, name or address.partition("@")[0], by=None)
        accounts.let_start_agreements(user)
        db.session.commit()
    click.echo(f"{user.address} may start agreements. Print a link to sign in with: flask sign-in-link {user.address}")


@commands.command("sign-in-link")
@click.argument("address")
def sign_in_link(address: str) -> None:
    """Print a link that signs a person in once, for an administrator to hand over."""
    settings: Settings = current_app.extensions["settings"]
    with writing(), in_a_sentence({accounts.BadAddress: f"{address} is not an e-mail address"}):
        asking = accounts.ask(
            address, browser="", browser_words="", language=accounts.Language(settings.language), is_remembered=False
        )
        made = accounts.make_letter(asking, lives=timedelta(minutes=settings.link_minutes))
        if made is None:
            db.session.rollback()
            raise click.ClickException(f"nobody has the address {address}, or the account is closed")
        db.session.commit()
    click.echo(web.public_address(f"/kirjautuminen/{made[1]}"))


def _person(address: str) -> User:
    user = accounts.find(address)
    if user is None:
        raise click.ClickException(f"nobody has the address {address}")
    return user


def _not_without(address: str) -> dict[type[Refused], Sentence]:
    """What is said where a person is not taken away."""

    def holds_together(refusal: Refused) -> str:
        slugs = ", ".join(refusal.facts["slugs"])
        return f"{address} is the only coordinator of {slugs}; `flask appoint` another there first"

    return {
        accounts.BadAddress: f"{address} is not an e-mail address",
        members.HoldsTogether: holds_together,
    }


@commands.command("disable")
@click.argument("address")
@click.option("--anyway", is_flag=True, help="Also if an agreement is left without a coordinator by it.")
def disable(address: str, anyway: bool) -> None:
    """Close an account and end its sessions."""
    with writing(), in_a_sentence(_not_without(address)):
        user = _person(address)
        members.close_account(user, leaves_alone=anyway, by=None)
        db.session.commit()
    click.echo(f"{user.address} is closed.")


@commands.command("remove")
@click.argument("address")
def remove(address: str) -> None:
    """Erase a person: name, address and all that is only theirs. What they agreed to stays, without their name."""
    with writing(), in_a_sentence(_not_without(address)):
        user = _person(address)
        number = own_data.remove(user, by=None)
        db.session.commit()
    click.echo(f"Removed. What they did stays under: removed person {number}.")


@commands.command("untie")
@click.argument("address")
def untie(address: str) -> None:
    """Forget by which accounts of a provider a person signs in; the next sign-in there ties anew, by address."""
    with writing(), in_a_sentence({accounts.BadAddress: f"{address} is not an e-mail address"}):
        user = _person(address)
        found = accounts.identities_of(user)
        for identity in found:
            accounts.untie(identity, by=None)
        db.session.commit()
    click.echo(f"{len(found)} untied.")


@commands.command("appoint")
@click.argument("slug")
@click.argument("address")
@click.option("--name", help="Name of the person; the address until then.")
def appoint(slug: str, address: str, name: str | None) -> None:
    """Make a person coordinator of an agreement: for one that has lost all of its own."""
    agreement = agreement_at(slug)
    refusals: dict[type[Refused], str] = {
        accounts.BadAddress: f"{address} is not an e-mail address",
        accounts.Disabled: f"the account of {address} is closed",
        Refused: f"the name of {address} is empty, too long or holds characters that cannot be kept",
    }
    with writing(), in_a_sentence(refusals):
        members.appoint(agreement, address=address, name=name or address.partition("@")[0])
        db.session.commit()
    click.echo(f"{address} is a coordinator of {slug}. Print a link to sign in with: flask sign-in-link {address}")
