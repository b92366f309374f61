"""Commands of an installation. Each calls one verb and prints what came of it."""

from __future__ import annotations

from flask import Flask

from kumppanuus.cli import agreements, installation, people, record, settings, upkeep
from kumppanuus.cli.frame import commands
from kumppanuus.cli.settings import settings_table

__all__ = [
    "agreements",
    "commands",
    "init_app",
    "installation",
    "people",
    "record",
    "settings",
    "settings_table",
    "upkeep",
]


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    for command in commands.commands.values():
        app.cli.add_command(command)
