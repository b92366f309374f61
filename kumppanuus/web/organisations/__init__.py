"""Screen: the organisations of an agreement, their sectors, bodies with seats, who is missing, tables in and out."""

from __future__ import annotations

from kumppanuus.web.organisations import bodies, intake, register, sectors
from kumppanuus.web.organisations.frame import screen

__all__ = ["bodies", "intake", "register", "screen", "sectors"]
