"""Two agreements without a story, a short and a long one: the queries of a page must not tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kumppanuus import demo
from kumppanuus.demo import Plain
from kumppanuus.progress import standing
from kumppanuus.web import surroundings
from tests.databases import Databases


def short() -> Plain:
    """Six clauses with two comments each."""
    return demo.make_plain(6, 12)


def long() -> Plain:
    """Sixty clauses with four comments each."""
    return demo.make_plain(60, 240)


@contextmanager
def met_first(databases: Databases, make: Callable[[], Plain]) -> Iterator[Plain]:
    """One of them, for browsers, when nothing of it is kept in the process yet. The agreement is made once for all."""
    standing._kept.clear()
    surroundings._known.clear()
    with databases.stage(make) as plain:
        yield plain
