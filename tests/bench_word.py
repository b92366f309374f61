"""What writing Word costs, clean and with changes marked, as ratios to python-docx that writes the same paragraphs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import docx

from kumppanuus.documents import docx_out, redline
from kumppanuus.documents.lines import Line, Mark, Pieces, lines_of, words_of
from kumppanuus.documents.model import Clause
from kumppanuus.text.markup import Run
from tests.documents.trees import model_document


def measure() -> bool:
    """Write the model agreement as Word, clean and with every clause changed, beside python-docx that writes the same
    paragraphs bare. Returns whether both are within their limits."""
    document = model_document()
    sections = (*document.sections, *document.annexes)
    paragraphs = [
        (2 if each is None else 0, words)
        for section in sections
        for clause in section.clauses
        for each, words in [(None, clause.title), *((line, _words(line)) for line in lines_of(clause.blocks))]
        if words
    ]

    def bare() -> None:
        file = docx.Document()
        for level, words in paragraphs:
            if level:
                file.add_heading(words, level)
            else:
                file.add_paragraph(words)
        file.save(BytesIO())

    def redlined() -> None:
        changed = tuple(
            replace(section, clauses=tuple(map(_changed, section.clauses))) for section in document.sections
        )
        docx_out.write(replace(document, sections=changed))

    floor = _least(bare)
    is_within = True
    for name, act, limit in (("clean", lambda: docx_out.write(document), 3), ("redline", redlined, 6)):
        ratio = _least(act) / floor
        is_within &= ratio <= limit
        print(f"Word export, {name}: {ratio:.2f} × python-docx writing the same paragraphs bare (limit {limit})")
    return is_within


def _words(line: Line) -> str:
    return " ".join(words_of(cell) for cell in line.cells)


def _other(cell: Pieces) -> Pieces:
    return tuple(replace(run, text=run.text.replace(" ja ", " sekä ")) for run in cell if isinstance(run, Run))


def _changed(clause: Clause) -> Clause:
    before = list(lines_of(clause.blocks))
    after = [replace(line, cells=tuple(map(_other, line.cells))) for line in before]
    marked = redline.marked(before, [(redline.edits(before, after), Mark("Aino Heikkilä"))])
    return replace(clause, redline=marked)


def _least(act: Callable[[], object]) -> float:
    """CPU seconds of the quickest of five."""
    times = []
    for _ in range(5):
        start = time.process_time()
        act()
        times.append(time.process_time() - start)
    return min(times)
