"""The record: whether it was altered, and digests to keep elsewhere."""

from __future__ import annotations

import re
import sys
from uuid import UUID

import click

from kumppanuus import agreements, ledger
from kumppanuus.cli.frame import commands


@commands.group("ledger")
def ledger_commands() -> None:
    """The record of what happened."""


@ledger_commands.command("verify")
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="SLUG:NUMBER:DIGEST",
    help="A digest that was given out, for example on an export.",
)
def verify(heads: tuple[str, ...]) -> None:
    """Read the whole record again; exit status 1 and the first bad place if it was altered."""
    # Several heads of one agreement are held against it one after the other.
    known: list[dict[UUID, tuple[int, str]]] = [{}]
    for text in heads:
        agreement_id, number, digest = _head(text)
        if all(agreement_id in each for each in known):
            known.append({})
        next(each for each in known if agreement_id not in each)[agreement_id] = (number, digest)
    for each in known:
        flaw = ledger.verify(known_heads=each)
        if flaw is not None:
            click.echo(str(flaw))
            sys.exit(1)
    click.echo("The record holds.")


def _head(text: str) -> tuple[UUID, int, str]:
    """A digest that was given out: of which agreement, at which entry. A printed one has blanks between its groups."""
    found = re.fullmatch(r"([^:]+):([1-9][0-9]{0,9}):([0-9a-f]{64})", "".join(text.split()).lower())
    agreement = agreements.by_slug(found[1]) if found else None
    if found is None or agreement is None:
        raise click.ClickException(f"{text} is not SLUG:NUMBER:DIGEST of an agreement here")
    return agreement.id, int(found[2]), found[3]


@ledger_commands.command("heads")
def heads() -> None:
    """Print how long each chain is and its last digest, to be kept elsewhere."""
    for agreement in agreements.every():
        chain = ledger.head(agreement.id)
        if chain is not None:
            click.echo(f"{agreement.slug}:{chain.length}:{chain.head}")
