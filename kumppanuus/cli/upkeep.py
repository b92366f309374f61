"""Upkeep: the worker that sends mail, what is deleted when it has run out, and a long task of its own."""

from __future__ import annotations

import logging
import os
import signal
import threading
from uuid import UUID

import click
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from kumppanuus import jobs, notifications, retention, web
from kumppanuus.cli.frame import commands
from kumppanuus.config import Settings
from kumppanuus.db import db, writing

log = logging.getLogger("kumppanuus")


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


@commands.command("job")
@click.argument("job_id", type=click.UUID)
@click.option("--nice", default=0, help="How far to stand back behind other processes, where the system knows that.")
def do_job(job_id: UUID, nice: int) -> None:
    """Do a long task that waits. The server starts this by itself."""
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    click.echo(jobs.run(job_id, told=notifications.tell_of_job))
