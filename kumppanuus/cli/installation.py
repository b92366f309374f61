"""The whole installation: the demo world in an empty one, a copy of it, and a copy put in its place."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from kumppanuus import backup, demo, security
from kumppanuus.cli.frame import commands
from kumppanuus.db import db, writing
from kumppanuus.errors import Refused


@commands.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing, and say so, if the database holds anything.")
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the dates of the demo world are counted from."
)
def make_demo(if_empty: bool, today: datetime | None) -> None:
    """Fill an empty database with the demo world."""
    with writing(), security.unwatched():
        if not demo.is_empty():
            click.echo("The database holds something already; the demo world was not made.")
            sys.exit(0 if if_empty else 1)
        demo.make(today.date() if today else None)
        db.session.commit()
    click.echo("The demo world is ready.")


@commands.command("backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def make_backup(target: Path) -> None:
    """Write a copy of the whole installation into one file, while it runs."""
    try:
        backup.save(target)
    except Refused as refusal:
        raise click.ClickException(backup.sentence(refusal)) from None
    click.echo(f"Wrote {target}.")


@commands.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_backup(source: Path) -> None:
    """Put a copy in the place of what is here. A wrong or cut file is refused before anything is replaced."""
    try:
        backup.load(source)
    except Refused as refusal:
        raise click.ClickException(backup.sentence(refusal)) from None
    click.echo("The copy is in place.")
