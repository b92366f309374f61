"""The processes that do jobs: started once a request has committed, watched until they end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import fields
from uuid import UUID

from flask import Flask, current_app

from kumppanuus import jobs, notifications
from kumppanuus.config import PREFIX, ROOT, Settings


def start_added() -> None:
    """Start a process for each job that the last transaction added. Tests do the jobs themselves."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # what the proxy stands for
    for job_id in jobs.added():
        if app.config["JOB_PROCESSES"]:
            threading.Thread(target=_watch, args=(app, job_id), daemon=True).start()


def _watch(app: Flask, job_id: UUID) -> None:
    """Let a process do a job, and note its end: one that was killed cannot say so itself."""
    command = [sys.executable, "-m", "flask", "--app", "app", "job", str(job_id), "--nice", "10"]
    done = subprocess.run(  # noqa: S603 - nothing of it comes from outside
        command,
        cwd=ROOT,
        env={**os.environ, **_environment(app.extensions["settings"])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        with app.app_context():
            jobs.process_ended(job_id, told=notifications.tell_of_job)


def _environment(settings: Settings) -> dict[str, str]:
    """The settings of this process for another one."""
    told = {}
    for each in fields(settings):
        value = getattr(settings, each.name)
        told[PREFIX + each.name.upper()] = str(int(value)) if isinstance(value, bool) else str(value)
    return told
