"""Which parts of a file are its title, chapters, clauses and annexes, and what was not understood.

Each row of a file (a paragraph with its notes, or a table) gets a `Part`. Those may be corrected one by one; what
stands between follows from them. So the reading of a file is a list of parts and nothing else.
"""

from __future__ import annotations

from kumppanuus.documents.parts.finding import find, is_signature_heading
from kumppanuus.documents.parts.labels import Form, Label
from kumppanuus.documents.parts.rows import Part, Reason, Row, rows_of
from kumppanuus.documents.parts.tree import Clause, Reading, Section, arrange
from kumppanuus.documents.parts.wording import text_of, title_of

__all__ = [
    "Clause",
    "Form",
    "Label",
    "Part",
    "Reading",
    "Reason",
    "Row",
    "Section",
    "arrange",
    "find",
    "is_signature_heading",
    "rows_of",
    "text_of",
    "title_of",
]
