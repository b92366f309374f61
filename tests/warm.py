"""What is done once in a process, before servers are forked from it: everything imported, every template compiled.

A server that starts cold compiles the templates of its pages anew, which takes longer than most of what is asked of it.
"""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.orm import configure_mappers

from kumppanuus import create_app
from kumppanuus.config import Settings

SHARED = "KOE_COMPILED"  # names the folder in which all processes of a run share what they compiled


class Compiled(BytecodeCache):
    """Templates as they were compiled, for all applications of a process and of those forked from it; and in a folder,
    if there is one, for the other processes of a run."""

    def __init__(self, shared: BytecodeCache | None) -> None:
        self._shared, self._kept = shared, dict[tuple[str, str], CodeType]()

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))
        if bucket.code is None and self._shared:
            self._shared.load_bytecode(bucket)
            if bucket.code is not None:
                self._kept[bucket.key, bucket.checksum] = bucket.code

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code
        if self._shared:
            self._shared.dump_bytecode(bucket)


def keep() -> None:
    """Let the applications that are made from now on share what was compiled."""
    folder = os.environ.get(SHARED)
    shared = FileSystemBytecodeCache(folder) if folder else None
    Flask.jinja_options.setdefault("bytecode_cache", Compiled(shared))


def up() -> None:
    """Compile all templates, and let the libraries make what they make once."""
    keep()
    configure_mappers()
    with TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/none.db", instance=folder, secret_key="k" * 40))
        for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
            app.jinja_env.get_template(name)
