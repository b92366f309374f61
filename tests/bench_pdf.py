"""What a PDF costs, beside a bare Typst document of the same words.

The floor has no looks: headings and paragraphs, but set to be printed, with words broken as Finnish breaks them and the
best line breaks, in the same standards. Typst keeps what it has set once, so that each round sets other words.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import typst

from kumppanuus.documents import pdf
from kumppanuus.documents.lines import lines_of, words_of
from kumppanuus.documents.model import Clause, Document, Section
from kumppanuus.text.markup import Paragraph, Run
from tests.documents.trees import model_document

ROUNDS = 9
LIMIT = 2

BARE = b"""#set document(title: "Sopimus")
#set text(lang: "fi", hyphenate: true)
#set par(linebreaks: "optimized")
#for (level, words) in json(bytes(sys.inputs.words)) {
  if level > 0 { heading(level: level, words) } else { par(words) }
}"""


def measure() -> bool:
    """Measure and print. Returns whether a PDF of the model agreement costs no more than its limit."""
    ours, floor = [], []
    for number in range(ROUNDS):
        document = _numbered(model_document(), number)
        words = json.dumps(list(_words(document)))
        ours.append(_cost(lambda document=document: pdf.write(document)))
        floor.append(_cost(lambda words=words: _bare(words)))
    ratio = min(ours) / min(floor)
    print(f"PDF: {ratio:.2f} × a bare Typst document of the same words (limit {LIMIT}), {min(ours):.2f} s of CPU")
    return ratio <= LIMIT


def _cost(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def _bare(words: str) -> bytes:
    return typst.compile(
        BARE, ignore_system_fonts=True, sys_inputs={"words": words}, pdf_standards=pdf.STANDARDS, timestamp=0
    )


def _words(document: Document) -> Iterator[tuple[int, str]]:
    for section in (*document.sections, *document.annexes):
        yield 1, f"{section.number} {section.title}"
        for clause in section.clauses:
            yield 2, f"{clause.number} {clause.title}"
            if clause.status:
                yield 0, clause.status.words
            for line in lines_of(clause.blocks):
                yield 0, " ".join(words_of(cell) for cell in line.cells)
            for sign in clause.sign_lines:
                yield 0, f"{sign.side} {sign.name} {sign.words}"


def _numbered(document: Document, number: int) -> Document:
    """The document with a number in each title and before each paragraph."""

    def clause(each: Clause) -> Clause:
        blocks = tuple(
            Paragraph((Run(f"{number}. "), *block.runs)) if isinstance(block, Paragraph) else block
            for block in each.blocks
        )
        return replace(each, title=f"{each.title} {number}", blocks=blocks)

    def sections(all_of_them: tuple[Section, ...]) -> tuple[Section, ...]:
        return tuple(replace(each, clauses=tuple(map(clause, each.clauses))) for each in all_of_them)

    return replace(document, sections=sections(document.sections), annexes=sections(document.annexes))
