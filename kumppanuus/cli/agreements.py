"""Agreements: the list of them, and what of them comes from a file or goes into one."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import click

from kumppanuus import accounts, agreements, organisations
from kumppanuus.agreements import AgreementKind, TextLanguage
from kumppanuus.cli.frame import agreement_at, commands, in_a_sentence
from kumppanuus.db import db, writing
from kumppanuus.documents import archive, assemble, comparison, inspection, intake, reading, unreadable
from kumppanuus.documents.assemble import Contents
from kumppanuus.errors import Refused
from kumppanuus.organisations import spreadsheet
from kumppanuus.web import archives


@commands.command("agreements")
def list_agreements() -> None:
    """List the agreements, a slug a line."""
    for agreement in agreements.every():
        click.echo(agreement.slug)


@commands.command("import-organisations")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "slug", help="The agreement, if there are several; `flask agreements` lists them.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and store nothing.")
def import_organisations(file: Path, slug: str | None, dry_run: bool) -> None:
    """Take the good rows of a table (CSV) into the register of an agreement, and list the others by line."""
    refusals: dict[type[Refused], str] = {
        organisations.NotATable: f"{file.name} has no column for the name (nimi, namn, name), or no rows",
        organisations.TooManyRows: f"{file.name} has more than {spreadsheet.MOST_ROWS} rows",
        Refused: f"{file.name} is too long",
    }
    every = agreements.every()
    if not slug and len(every) != 1:
        raise click.ClickException("say which agreement with --to; `flask agreements` lists them")
    agreement = agreement_at(slug) if slug else every[0]
    with writing(), in_a_sentence(refusals):
        table = spreadsheet.read(spreadsheet.decode(file.read_bytes()), organisations.sectors_of(agreement))
        done = spreadsheet.plan(agreement, table) if dry_run else spreadsheet.store(agreement, table, by=None)
        db.session.commit()
    for row in done.bad:
        click.echo(f"line {row.line}: {row.fault.replace('_', ' ')}{f' ({row.cell})' if row.cell else ''}")
    said = "would be" if dry_run else "were"
    click.echo(f"{len(done.new)} {said} added, {len(done.changes)} {said} changed, {len(done.bad)} left out.")


@commands.command("export")
@click.argument("slug")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; its suffix is the format: .docx, .pdf, .html or .md.",
)
@click.option(
    "--contents",
    type=click.Choice([each.value for each in Contents]),
    help="What goes into it; final if it is ready to sign, else the standing of its clauses.",
)
@click.option(
    "--since", default="", help="With --contents changes: the older text, an edition or the number of an entry."
)
@click.option("--until", default="", help="With --contents changes: the newer text; the text of today if not given.")
def export(slug: str, target: Path, contents: str | None, since: str, until: str) -> None:
    """Write an agreement into a file."""
    agreement = agreement_at(slug)
    if target.suffix.lower() not in assemble.FORMATS:
        raise click.ClickException(f"the format of {target.name} is none of {', '.join(sorted(assemble.FORMATS))}")
    sentences: dict[type[Refused], str] = {
        assemble.NotReady: f"{slug} is not ready to be signed",
        comparison.NoSuchState: f"{slug} has no such edition or entry",
        comparison.SameState: "the two texts are the same",
    }
    with in_a_sentence(sentences):
        content = assemble.export(
            agreement,
            target.suffix.lower(),
            contents=Contents(contents) if contents else None,
            since=since,
            until=until,
        )
    try:
        target.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{target} could not be written: {error.strerror}") from None
    click.echo(f"Wrote {target}.")


_UNREADABLE: dict[type[Refused], str] = {
    unreadable.NoContent: "the file is empty",
    unreadable.TooLarge: "the file, or what it holds, is larger than is read (10 MB, 100 MB unpacked)",
    unreadable.WrongFormat: "the file is no .docx, .md or .txt, or it is not what its name says",
    unreadable.OldWord: "the file is in the form of Word before 2007; save it as .docx",
    unreadable.Encrypted: "the file opens with a password only; save it without one",
    unreadable.HasMacros: "the file holds macros; save it as .docx",
    unreadable.Suspicious: "the file is put together in a way that no writing program does, and was not read",
    unreadable.TooDeep: "things lie too deep inside each other in the file",
    unreadable.TooSlow: "reading the file took too much time or memory",
    unreadable.Damaged: "the file is damaged or cut off",
}


@commands.command("import")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--inspect", "is_inspected", is_flag=True, help="Print what was found as JSON, and store nothing.")
@click.option("--new", "title", help="Title of the agreement; the one in the file if none is given.")
@click.option("--authority", default="[hyvinvointialue]", show_default=True, help="Name of the county or municipality.")
@click.option("--body", default="[järjestöjen yhteistyöelin]", show_default=True, help="Name of the cooperation body.")
@click.option("--as", "address", help="Who starts it: the address of a person who may start agreements.")
def import_file(
    source: Path, is_inspected: bool, title: str | None, authority: str, body: str, address: str | None
) -> None:
    """Start an agreement from a .docx, .md or .txt file, or only print what was found in it."""
    with in_a_sentence(_UNREADABLE), reading.limited():
        read = reading.read(source.name, _content(source))
        found = inspection.inspect(read)
    if is_inspected:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    facts = intake.Facts(
        title=title or found["title"] or source.stem,
        kind=AgreementKind.PARTNERSHIP_AGREEMENT,
        language=TextLanguage.SV if found["language"] == "sv" else TextLanguage.FI,
        authority_name=authority,
        body_name=body,
    )
    refusals: dict[type[Refused], str] = {
        intake.NoText: "no clause was found in the file",
        intake.Unfit: "a clause of the file is longer than is kept; look at it with --inspect and split it",
        Refused: "a title or a name is empty, too long or holds characters that cannot be kept",
    }
    with writing(), in_a_sentence(refusals):
        agreement = intake.begin(read, facts, by=_starter(address))
        db.session.commit()
    click.echo(f"Started {agreement.slug}.")


def _starter(address: str | None) -> UUID:
    """The person who may start agreements at an address; without one, the only one there is."""
    able = [each for each in accounts.starters() if address in (None, each.address)]
    if len(able) != 1:
        said = "nobody" if not able else "more than one person"
        raise click.ClickException(
            f"{said} may start agreements; make one with `flask create-coordinator`, name one with --as"
        )
    return able[0].id


def _content(path: Path) -> bytes:
    """The bytes of a file, no more than are read."""
    try:
        with path.open("rb") as file:
            return file.read(reading.MOST + 1)
    except OSError as error:
        raise click.ClickException(f"{path} could not be read: {error.strerror}") from None


@commands.command("archive")
@click.argument("slug")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def make_archive(slug: str, target: Path) -> None:
    """Write an agreement with everything about it into one zip that opens and can be checked without the service."""
    with writing():
        agreement = agreement_at(slug)
        file = archive.make(agreement, page=archives.index)
        try:
            target.write_bytes(file.content)
        except OSError as error:
            db.session.rollback()
            raise click.ClickException(f"{target} could not be written: {error.strerror}") from None
        db.session.commit()
    click.echo(f"Wrote {target}.")
