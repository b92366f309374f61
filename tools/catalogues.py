"""The translation catalogues: `update` from the code and templates, `check` that they are whole, `compile` to .mo.

The msgids are the Finnish sentences, so the Finnish catalogue fills itself. Run with the environment's Python.
"""

import ast
import io
import os
import sys
from collections.abc import Container, Iterator
from pathlib import Path
from typing import BinaryIO

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "kumppanuus" / "translations"
LANGUAGES = ("fi", "sv", "en")


def python(
    file: BinaryIO, keywords: Container[str], _tags: object, options: object
) -> Iterator[tuple[int, str, tuple[str | None, ...], list[str]]]:
    """The messages of a Python file, also those inside f-strings, which Babel's own reader passes over."""
    calls = [node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in keywords and call.args:
            words = (each.value if isinstance(each, ast.Constant) else None for each in call.args)
            yield call.lineno, name, tuple(word if isinstance(word, str) else None for word in words), []


METHODS = [
    ("app.py", python),
    ("kumppanuus/**.py", python),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
# A template that does not parse must stop the extraction, or its words would vanish from the catalogues.
JINJA = {"silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "lazy_npgettext": ((1, "c"), 2, 3),
}


def extracted() -> Catalog:
    """Every message the code and the templates name, in the order of the files."""
    catalogue = Catalog(project="kumppanuus", charset="utf-8", fuzzy=False)
    options = {pattern: JINJA for pattern, method in METHODS if method == "jinja2"}
    found = extract_from_dir(ROOT, METHODS, options, KEYWORDS)  # type: ignore[arg-type]  # takes functions too
    for file, _line, message, comments, context in found:
        # Without line numbers, so that a moved line changes no catalogue.
        catalogue.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalogue


def po(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    path = po(language)
    if not path.exists():
        comment = f"# The words of kumppanuus ({language}); kept in step by `python3 tools/dev.py words`."
        people = {"last_translator": "kumppanuus", "language_team": "kumppanuus", "msgid_bugs_address": "-"}
        return Catalog(language, header_comment=comment, project="kumppanuus", version="1", fuzzy=False, **people)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(catalogue: Catalog) -> list[Message]:
    """All messages but the header."""
    return [message for message in catalogue if message.id]


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def has_gap(message: Message) -> bool:
    return not all(strings(message) or [""])


def update() -> None:
    """Bring each catalogue in step with the sources: new messages in, gone ones out, Finnish filled with its msgids."""
    for language in LANGUAGES:
        catalogue = read(language)
        # Extracted anew for each, because a catalogue keeps the very message objects it is updated from.
        catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
        if language == "fi":
            for message in messages(catalogue):
                if has_gap(message):
                    message.string = message.id
        buffer = io.BytesIO()
        write_po(buffer, catalogue, width=120, include_lineno=False, ignore_obsolete=True)
        path = po(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != buffer.getvalue():
            path.write_bytes(buffer.getvalue())
        empty = sum(has_gap(message) for message in messages(catalogue))
        print(f"{language}: {len(messages(catalogue))} messages, {empty} without a translation")


def problems() -> list[str]:
    """What keeps the catalogues from being whole, a line each; empty when all is well."""
    sources = {(message.context, message.id) for message in messages(extracted())}
    found = []
    for language in LANGUAGES:
        catalogue = read(language)
        there = {(message.context, message.id): message for message in messages(catalogue)}
        for _, text in sorted(sources - there.keys(), key=repr):
            found.append(f"{language}: missing, run `dev.py words`: {text}")
        for _, text in sorted(there.keys() - sources, key=repr):
            found.append(f"{language}: not used any more, run `dev.py words`: {text}")
        for message in there.values():
            if has_gap(message) or message.fuzzy:
                found.append(f"{language}: not translated: {message.id}")
            found += [f"{language}: {error}: {message.id}" for error in message.check(catalogue)]
    return found


def compile_all() -> None:
    for path in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.parent.name)
        # Written beside and moved into place, because a running server may be reading the old one.
        fresh = path.with_suffix(f".mo.{os.getpid()}")
        with fresh.open("wb") as file:
            write_mo(file, catalogue)
        fresh.replace(path.with_suffix(".mo"))


def main(command: str) -> int:
    if command == "update":
        update()
    elif command == "compile":
        compile_all()
    elif command == "check":
        found = problems()
        print("\n".join(found) or "The catalogues are whole.")
        return 1 if found else 0
    else:
        print("usage: tools/catalogues.py update | check | compile")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
