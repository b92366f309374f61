"""What every command stands on: the group they are in, what is said of a refusal, and the agreement that is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from kumppanuus import agreements
from kumppanuus.agreements import Agreement
from kumppanuus.db import db
from kumppanuus.errors import Refused

commands = AppGroup()  # each of its commands runs in a context of the application


# What is said of a refusal: the same each time, or made of what it tells.
Sentence = str | Callable[[Refused], str]


@contextmanager
def in_a_sentence(sentences: Mapping[type[Refused], Sentence]) -> Iterator[None]:
    """Say what a verb refused in one sentence, with exit status 1, and leave nothing written."""
    try:
        yield
    except tuple(sentences) as refusal:
        db.session.rollback()
        said = next(sentence for kind, sentence in sentences.items() if isinstance(refusal, kind))
        raise click.ClickException(said if isinstance(said, str) else said(refusal)) from None


def agreement_at(slug: str) -> Agreement:
    """The agreement of a slug; a slug that is none is said in a sentence, with exit status 1."""
    agreement = agreements.by_slug(slug)
    if agreement is None:
        raise click.ClickException(f"there is no agreement {slug}; `flask agreements` lists them")
    return agreement
