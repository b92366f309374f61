"""Writes into a Word file as a board does, in a LibreOffice of its own, and saves it there as a Word file.

    python3 tests/documents/libreoffice_edit.py FILE STEPS

The Python is the one that LibreOffice speaks to (Debian: libreoffice-writer-nogui and python3-uno), so nothing of ours
is imported here. STEPS is JSON, a list of steps: ["record", true], ["replace", words, others], ["add", words, paragraph
after theirs], ["comment", words, text], ["resolve", words of a comment].
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.text.ControlCharacter import PARAGRAPH_BREAK
from com.sun.star.util import DateTime

WRITER = ("Kaarina", "Nieminen")
SAID_AT = DateTime(0, 0, 31, 18, 20, 3, 2026, False)  # 20.3.2026 at 18.31
WORD = PropertyValue(Name="FilterName", Value="MS Word 2007 XML")
PIPE = "kumppanuus-edit"
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.UserProfile/Data">
<prop oor:name="givenname" oor:op="fuse"><value>{}</value></prop>
<prop oor:name="sn" oor:op="fuse"><value>{}</value></prop></item></oor:items>"""


def main(file: Path, steps: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        user = Path(folder) / "user"
        user.mkdir()
        (user / "registrymodifications.xcu").write_text(PROFILE.format(*WRITER), encoding="utf-8")
        command = ["soffice", f"-env:UserInstallation=file://{folder}", "--headless", f"--accept=pipe,name={PIPE};urp"]
        office = subprocess.Popen(command, start_new_session=True)
        try:
            context = connected()
            # Without a window: the desktop of a LibreOffice without its user interface cannot open one.
            document = context.ServiceManager.createInstanceWithContext("com.sun.star.text.TextDocument", context)
            document.load((PropertyValue(Name="URL", Value=file.as_uri()), WORD))
            for verb, *words in steps:
                STEPS[verb](document, *words)
            document.storeToURL(file.as_uri(), (WORD,))
        finally:
            os.killpg(office.pid, signal.SIGKILL)


def connected() -> Any:
    """The context of the LibreOffice that was started, once it answers."""
    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _each in range(120):
        try:
            return resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.5)
    raise SystemExit("LibreOffice does not answer")


def found(document: Any, words: str) -> Any:
    """A cursor over some words. The search of a document without a window finds nothing, so they are sought here."""
    paragraphs = document.Text.createEnumeration()
    while paragraphs.hasMoreElements():
        paragraph = paragraphs.nextElement()
        if paragraph.supportsService("com.sun.star.text.Paragraph") and words in paragraph.String:
            cursor = paragraph.Text.createTextCursorByRange(paragraph.Start)
            cursor.goRight(paragraph.String.index(words), False)
            cursor.goRight(len(words), True)
            if cursor.String == words:
                return cursor
    raise SystemExit(f"not found: {words}")


def record(document: Any, is_wanted: bool) -> None:
    document.RecordChanges = is_wanted


def replace(document: Any, words: str, others: str) -> None:
    found(document, words).String = others


def add(document: Any, words: str, paragraph: str) -> None:
    cursor = found(document, words)
    cursor.gotoEndOfParagraph(False)
    cursor.Text.insertControlCharacter(cursor, PARAGRAPH_BREAK, False)
    cursor.Text.insertString(cursor, paragraph, False)


def comment(document: Any, words: str, text: str) -> None:
    note = document.createInstance("com.sun.star.text.textfield.Annotation")
    note.Author, note.Content, note.DateTimeValue = " ".join(WRITER), text, SAID_AT
    place = found(document, words)
    place.Text.insertTextContent(place, note, True)


def resolve(document: Any, words: str) -> None:
    fields = document.TextFields.createEnumeration()
    while fields.hasMoreElements():
        field = fields.nextElement()
        if field.supportsService("com.sun.star.text.textfield.Annotation") and words in field.Content:
            field.Resolved = True


STEPS = {"record": record, "replace": replace, "add": add, "comment": comment, "resolve": resolve}

if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), json.loads(sys.argv[2]))
