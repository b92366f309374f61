"""Copies of a whole installation."""

from __future__ import annotations

from pathlib import Path

from kumppanuus.errors import Refused


def sentence(refusal: Refused) -> str:
    return type(refusal).__name__


def save(target: Path) -> None: ...


def load(source: Path) -> None: ...
