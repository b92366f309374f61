"""What reading a Word file costs, as ratios to lxml that parses its parts, to pandoc, and to a smaller file."""

from __future__ import annotations

import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypandoc
from lxml import etree

from kumppanuus.documents import docx_in, parts
from tests.documents.word import docx, gone, ins, p, r

BESIDE_LXML, GROWTH = 5, 15
WORDS = "yhteistyö on avointa, yhdenvertaista ja vastavuoroista. Osapuolet kertovat valmistelussa olevista asioista."


def made(paragraphs: int, changes: int) -> bytes:
    """A file of so many paragraphs, as many of which are changed as are asked for."""
    body = []
    for number in range(paragraphs):
        is_changed = number < changes
        marks = (gone(f"vanha {number} "), ins(f"uusi {number} ")) if is_changed else ()
        if number % 20 == 0:
            body.append(p(r(f"Luku {number}"), style="Luku"))
        elif number % 20 in (5, 6):
            body.append(p(r("jäsen "), *marks, numbered=(2, 0)))
        else:
            body.append(p(r("Hyvinvointialue ja järjestöt sopivat, että "), *marks, r(WORDS), style="Kohta"))
    return docx("".join(body))


def measure() -> bool:
    """Read a long file beside lxml, pandoc and a short file; print the ratios. Returns whether all are within their
    limits."""
    short, long = made(200, 200), made(2_600, 2_500)
    with zipfile.ZipFile(BytesIO(long)) as package:
        xml = [package.read(name) for name in package.namelist()]
    reading = _least(lambda: docx_in.read(long))
    parsing = _least(lambda: [etree.fromstring(each) for each in xml])
    small, large = _least(lambda: _found(short)), _least(lambda: _found(long), times=3)
    by_pandoc = _pandoc(long)
    print(f"Word import: {reading / parsing:.2f} × lxml parsing the same parts (limit {BESIDE_LXML})")
    print(f"Word import: {by_pandoc / reading:.1f} times faster than pandoc --track-changes=all (limit 1)")
    print(f"Word import: {large / small:.1f} × for 2,600 paragraphs with 2,500 changes beside 200 (limit {GROWTH})")
    return reading <= BESIDE_LXML * parsing and reading < by_pandoc and large <= GROWTH * small


def _found(content: bytes) -> None:
    """Read a file and find its parts."""
    rows = parts.rows_of(docx_in.read(content))
    parts.arrange(rows, parts.find(rows))


def _pandoc(content: bytes) -> float:
    """Seconds pandoc takes for a file, by the clock: it is a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.docx"
        file.write_bytes(content)
        start = time.perf_counter()
        command = [pypandoc.get_pandoc_path(), "--track-changes=all", "--from=docx", "--to=json", str(file)]
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - start


def _least(act: Callable[[], object], times: int = 7) -> float:
    """CPU seconds of the quickest of some."""
    found = []
    for _each in range(times):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return min(found)
