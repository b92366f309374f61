"""From an agreement to a document."""

from __future__ import annotations

from kumppanuus.agreements import Agreement

FORMATS = (".docx", ".html", ".md")


def export(agreement: Agreement, suffix: str) -> bytes:
    return b""
