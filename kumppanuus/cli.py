"""Commands of an installation. Each calls one verb and prints what came of it."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from kumppanuus import (
    accounts,
    agreements,
    backup,
    demo,
    jobs,
    ledger,
    members,
    notifications,
    oidc,
    organisations,
    own_data,
    retention,
    security,
    web,
)
from kumppanuus.agreements import AgreementKind, TextLanguage
from kumppanuus.config import PREFIX, Settings
from kumppanuus.db import db, writing
from kumppanuus.documents import archive, assemble, comparison, inspection, intake, reading, unreadable
from kumppanuus.documents.assemble import Contents
from kumppanuus.errors import Refused
from kumppanuus.notifications import post
from kumppanuus.organisations import spreadsheet
from kumppanuus.web import archives
from kumppanuus.web.oidc import BACK

log = logging.getLogger("kumppanuus")

commands = AppGroup()  # each of its commands runs in a context of the application


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    for command in commands.commands.values():
        app.cli.add_command(command)


# What is said of a refusal: the same each time, or made of what it tells.
Sentence = str | Callable[[Refused], str]


@contextmanager
def _in_a_sentence(sentences: Mapping[type[Refused], Sentence]) -> Iterator[None]:
    """Say what a verb refused in one sentence, with exit status 1, and leave nothing written."""
    try:
        yield
    except tuple(sentences) as refusal:
        db.session.rollback()
        said = next(sentence for kind, sentence in sentences.items() if isinstance(refusal, kind))
        raise click.ClickException(said if isinstance(said, str) else said(refusal)) from None


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
    with _in_a_sentence({accounts.BadAddress: f"{address} is not an e-mail address"}):
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


@commands.command("create-coordinator")
@click.argument("address")
@click.option("--name", help="Name of the person; the address until then.")
def create_coordinator(address: str, name: str | None) -> None:
    """Make a person who may start agreements and is coordinator of those."""
    refusals: dict[type[Refused], str] = {
        accounts.BadAddress: f"{address} is not an e-mail address",
        Refused: f"the name of {address} is empty, too long or holds characters that cannot be kept",
    }
    with writing(), _in_a_sentence(refusals):
        user = accounts.find_or_add(address, name or address.partition("@")[0], by=None)
        accounts.let_start_agreements(user)
        db.session.commit()
    click.echo(f"{user.address} may start agreements. Print a link to sign in with: flask sign-in-link {user.address}")


@commands.command("sign-in-link")
@click.argument("address")
def sign_in_link(address: str) -> None:
    """Print a link that signs a person in once, for an administrator to hand over."""
    settings: Settings = current_app.extensions["settings"]
    with writing(), _in_a_sentence({accounts.BadAddress: f"{address} is not an e-mail address"}):
        asking = accounts.ask(
            address, browser="", browser_words="", language=accounts.Language(settings.language), is_remembered=False
        )
        made = accounts.make_letter(asking, lives=timedelta(minutes=settings.link_minutes))
        if made is None:
            db.session.rollback()
            raise click.ClickException(f"nobody has the address {address}, or the account is closed")
        db.session.commit()
    click.echo(web.public_address(f"/kirjautuminen/{made[1]}"))


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
    with writing(), _in_a_sentence(_not_without(address)):
        user = accounts.find(address)
        if user is None:
            raise click.ClickException(f"nobody has the address {address}")
        members.close_account(user, leaves_alone=anyway, by=None)
        db.session.commit()
    click.echo(f"{user.address} is closed.")


@commands.command("remove")
@click.argument("address")
def remove(address: str) -> None:
    """Erase a person: name, address and all that is only theirs. What they agreed to stays, without their name."""
    with writing(), _in_a_sentence(_not_without(address)):
        user = accounts.find(address)
        if user is None:
            raise click.ClickException(f"nobody has the address {address}")
        number = own_data.remove(user, by=None)
        db.session.commit()
    click.echo(f"Removed. What they did stays under: removed person {number}.")


@commands.command("untie")
@click.argument("address")
def untie(address: str) -> None:
    """Forget by which accounts of a provider a person signs in; the next sign-in there ties anew, by address."""
    with writing(), _in_a_sentence({accounts.BadAddress: f"{address} is not an e-mail address"}):
        user = accounts.find(address)
        if user is None:
            raise click.ClickException(f"nobody has the address {address}")
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
    agreement = agreements.by_slug(slug)
    if agreement is None:
        raise click.ClickException(f"there is no agreement {slug}; `flask agreements` lists them")
    refusals: dict[type[Refused], str] = {
        accounts.BadAddress: f"{address} is not an e-mail address",
        accounts.Disabled: f"the account of {address} is closed",
        Refused: f"the name of {address} is empty, too long or holds characters that cannot be kept",
    }
    with writing(), _in_a_sentence(refusals):
        members.appoint(agreement, address=address, name=name or address.partition("@")[0])
        db.session.commit()
    click.echo(f"{address} is a coordinator of {slug}. Print a link to sign in with: flask sign-in-link {address}")


@commands.command("notify")
@click.option("--watch", is_flag=True, help="Stay and send what comes, until stopped.")
@click.option("--every", default=2.0, show_default=True, help="Seconds between looks, with --watch.")
def notify(watch: bool, every: float) -> None:
    """Tell people what happened and send the letters that wait."""
    if not watch:
        click.echo(f"{notifications.look(web.public_address)} sent.")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_which: stop.set())
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the documented way into a thread
    threading.Thread(target=_tidy_daily, args=(app, stop), daemon=True).start()
    notifications.watch(web.public_address, stop, every)


@commands.command("tidy")
def tidy() -> None:
    """Delete what has run out, and say what. `flask notify --watch` does it once a day, too."""
    for line in _tidied():
        click.echo(line)


def _tidied() -> list[str]:
    settings: Settings = current_app.extensions["settings"]
    with writing():
        gone = retention.tidy(settings)
        db.session.commit()
    return [f"{sum(gone.values())} rows deleted.", *(f"  {what}: {count}" for what, count in gone.items() if count)]


def _tidy_daily(app: Flask, stop: threading.Event) -> None:
    """Delete what has run out, now and once a day, until `stop` is set."""
    while not stop.is_set():
        with app.app_context():
            try:
                log.info(" ".join(_tidied()))
            except SQLAlchemyError as error:
                db.session.rollback()
                log.error("nothing was tidied: %s", type(error).__name__)
        stop.wait(86_400)


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
    known = {each.slug: each for each in agreements.every()}
    if slug is None and len(known) != 1:
        raise click.ClickException("say which agreement with --to; `flask agreements` lists them")
    agreement = known.get(slug or next(iter(known)))
    if agreement is None:
        raise click.ClickException(f"there is no agreement {slug}; `flask agreements` lists them")
    with writing(), _in_a_sentence(refusals):
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
    agreement = agreements.by_slug(slug)
    if agreement is None:
        raise click.ClickException(f"there is no agreement {slug}; `flask agreements` lists them")
    if target.suffix.lower() not in assemble.FORMATS:
        raise click.ClickException(f"the format of {target.name} is none of {', '.join(sorted(assemble.FORMATS))}")
    sentences: dict[type[Refused], str] = {
        assemble.NotReady: f"{slug} is not ready to be signed",
        comparison.NoSuchState: f"{slug} has no such edition or entry",
        comparison.SameState: "the two texts are the same",
    }
    with _in_a_sentence(sentences):
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
    with _in_a_sentence(_UNREADABLE), reading.limited():
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
    with writing(), _in_a_sentence(refusals):
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


@commands.command("job")
@click.argument("job_id", type=click.UUID)
@click.option("--nice", default=0, help="How far to stand back behind other processes, where the system knows that.")
def do_job(job_id: UUID, nice: int) -> None:
    """Do a long task that waits. The server starts this by itself."""
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    click.echo(jobs.run(job_id, told=notifications.tell_of_job))


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
        agreement = agreements.by_slug(slug)
        if agreement is None:
            raise click.ClickException(f"there is no agreement {slug}; `flask agreements` lists them")
        file = archive.make(agreement, page=archives.index)
        try:
            target.write_bytes(file.content)
        except OSError as error:
            db.session.rollback()
            raise click.ClickException(f"{target} could not be written: {error.strerror}") from None
        db.session.commit()
    click.echo(f"Wrote {target}.")


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
