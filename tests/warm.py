"""What is done once in a process, before servers are forked from it: everything imported, every template compiled.

A server that starts cold compiles the templates of its pages anew, which takes longer than most of what is asked of it.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory
from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.orm import configure_mappers

from kumppanuus import create_app
from kumppanuus.config import Settings


class Compiled(BytecodeCache):
    """Templates as they were compiled, for all applications of a process and of those forked from it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code


def keep() -> None:
    """Let the applications that are made from now on share what was compiled."""
    Flask.jinja_options.setdefault("bytecode_cache", Compiled())


def up() -> None:
    """Compile all templates, and let the libraries make what they make once."""
    keep()
    configure_mappers()
    with TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/none.db", instance=folder, secret_key="k" * 40))
        for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
            app.jinja_env.get_template(name)
