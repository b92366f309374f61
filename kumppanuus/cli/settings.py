"""Settings: the list of them, and whether an installation that has them is safe and reaches what it needs."""

from __future__ import annotations

import sys
from dataclasses import fields
from uuid import uuid4

import click
from flask import current_app

from kumppanuus import accounts, notifications, oidc, web
from kumppanuus.cli.frame import commands, in_a_sentence
from kumppanuus.config import PREFIX, Settings
from kumppanuus.notifications import post
from kumppanuus.web.oidc import BACK


def settings_table() -> str:
    """Every setting with its default and its sentence, as a table in Markdown."""
    rows = []
    for each in fields(Settings):
        default = int(each.default) if isinstance(each.default, bool) else each.default
        shown = f"`{default}`" if default != "" else "none"
        rows.append(f"| `{PREFIX}{each.name.upper()}` | {shown} | {each.metadata['sentence']} |")
    return "\n".join(["| Setting | Default | What it is |", "|---|---|---|", *rows])


@commands.command("settings")
def list_settings() -> None:
    """List every setting with its sentence, as a table for the README."""
    click.echo(settings_table())


@commands.command("check")
@click.option("--mail", "address", help="Send a test letter to this address, too.")
def check_settings(address: str | None) -> None:
    """Say whether the settings are safe. An unsafe installation does not even start; this prints what it would say."""
    settings: Settings = current_app.extensions["settings"]
    for sentence in settings.unsafe():
        click.echo(sentence)
    if settings.unsafe():
        sys.exit(1)
    where = settings.public_url or "this machine only, because KUMPPANUUS_PUBLIC_URL is not set"
    click.echo(f"The settings are safe. Answers: {where}.")
    _try_provider(settings)
    if address:
        _try_mail(settings, address)


def _try_provider(settings: Settings) -> None:
    """Ask the provider of the settings what it says of itself, if there is one."""
    provider = oidc.provider_of(settings)
    if provider is None:
        return
    try:
        oidc.discover(provider)
    except oidc.Unreachable:
        raise click.ClickException(f"the provider {provider.issuer} does not answer") from None
    except oidc.Untrusted as refusal:
        raise click.ClickException(f"the provider {provider.issuer} cannot be used: {refusal.facts['why']}") from None
    click.echo(f"The provider {provider.issuer} answers. It must lead back to {web.public_address(BACK)}")


def _try_mail(settings: Settings, address: str) -> None:
    with in_a_sentence({accounts.BadAddress: f"{address} is not an e-mail address"}):
        to = accounts.clean_address(address)
    where = (
        f"{settings.smtp_host}:{settings.smtp_port}" if settings.smtp_host else str(notifications.mail_folder(settings))
    )
    words = f"The mail settings of {web.public_address('/')} work."
    letter = notifications.Written(address=to, name="", subject="kumppanuus: test", text=words, html=f"<p>{words}</p>")
    fault = post.deliver(letter, uuid4())
    if fault is not None:
        raise click.ClickException(f"the letter to {to} was not taken by {where}: {fault}")
    click.echo(f"A test letter to {to} was taken by {where}.")
