"""Files made to do harm: each is refused by a class that says why, within the limits, and opens nothing."""

from __future__ import annotations

import io
import random
import signal
import socket
import struct
import zipfile
from collections.abc import Callable

import pytest

from kumppanuus.documents import inspection, reading, unreadable
from kumppanuus.documents.docx_in import package
from kumppanuus.documents.unreadable import Unreadable
from kumppanuus.web.errors import SENTENCES
from tests.documents.word import NAMES, docx, p, r, zipped

GOOD = docx(p(r("Kohta.")))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTITY = '<!DOCTYPE w:document [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def document(body: str, before: str = "") -> str:
    return f"{before}<w:document {NAMES}><w:body>{body}</w:body></w:document>"


def with_main(content: str | bytes) -> bytes:
    return docx("", {"word/document.xml": content})


def twice() -> bytes:
    """Two parts of one name: programs differ on which one counts."""
    file = io.BytesIO(GOOD)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as made:
        made.writestr("word/document.xml", document(p(r("Toinen."))))
    return file.getvalue()


def lying(size: int) -> bytes:
    """A file whose directory tells another size of its main part than it has."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as made:
        real = made.getinfo("word/document.xml").file_size
    return GOOD.replace(struct.pack("<L", real), struct.pack("<L", size))


def locked() -> bytes:
    """A file that says its parts are encrypted."""
    found = bytearray(GOOD)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = found.find(mark)
        while place >= 0:
            found[place + at] |= 1
            place = found.find(mark, place + 4)
    return bytes(found)


def many() -> bytes:
    parts = {f"word/x{n}.xml": "<x/>" for n in range(package.MOST_ENTRIES)}
    return docx(p(r("Kohta.")), parts)


HOSTILE: dict[str, tuple[Callable[[], bytes], type[Unreadable]]] = {
    "empty": (lambda: b"", unreadable.NoContent),
    "too large": (lambda: GOOD + bytes(reading.MOST), unreadable.TooLarge),
    "text by another name": (lambda: b"Kohta.", unreadable.WrongFormat),
    "a zip of something else": (lambda: zipped({"kuva.txt": "x"}), unreadable.WrongFormat),
    "a sheet": (
        lambda: docx("", kinds={"word/document.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml"}),
        unreadable.WrongFormat,
    ),
    "Word of old": (lambda: OLE + bytes(600), unreadable.OldWord),
    "with a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), unreadable.Encrypted),
    "parts with a password": (locked, unreadable.Encrypted),
    "macros": (lambda: docx("", {"word/vbaProject.bin": b"x"}), unreadable.HasMacros),
    "a file for macros": (
        lambda: docx("", kinds={"word/document.xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}),
        unreadable.HasMacros,
    ),
    "cut off": (lambda: GOOD[:-200], unreadable.Damaged),
    "broken XML": (lambda: with_main("<w:document"), unreadable.Damaged),
    "another root": (lambda: with_main("<x/>"), unreadable.Damaged),
    "an outside entity": (lambda: with_main(document(p(r("&e;")), ENTITY)), unreadable.Suspicious),
    "laughs": (lambda: with_main(document("&b;", LAUGHS)), unreadable.Suspicious),
    "an entity in UTF-16": (lambda: with_main(document("&e;", ENTITY).encode("utf-16")), unreadable.Suspicious),
    "an entity in UTF-16 without a mark": (
        lambda: with_main(document("&e;", ENTITY).encode("utf-16-be")),
        unreadable.Suspicious,
    ),
    "an encoding to hide in": (
        lambda: with_main(document("", '<?xml version="1.0" encoding="UTF-7"?>')),
        unreadable.Suspicious,
    ),
    "an entity in the styles": (lambda: docx("", {"word/styles.xml": f"{ENTITY}<x/>"}), unreadable.Suspicious),
    "an entity in the relations": (lambda: docx("", {"_rels/.rels": f"{ENTITY}<x/>"}), unreadable.Suspicious),
    "a part twice": (twice, unreadable.Suspicious),
    "a part outside": (lambda: docx("", {"../../etc/cron.d/x": "x"}), unreadable.Suspicious),
    "too many parts": (many, unreadable.TooLarge),
    "a bomb": (lambda: docx("", {f"word/{n}.xml": bytes(15 * 2**20) for n in range(5)}), unreadable.Suspicious),
    "a large part": (lambda: with_main(document(" " * (package.MOST_OF_A_PART + 1))), unreadable.TooLarge),
    "a size that lies": (lambda: lying(2**31), unreadable.Suspicious),
    "a size too small": (lambda: lying(10), unreadable.Damaged),
    "deep": (lambda: with_main(document("<w:sdt>" * 300 + "</w:sdt>" * 300)), unreadable.TooDeep),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(name: str) -> None:
    make, reason = HOSTILE[name]
    content = make()

    with pytest.raises(Unreadable) as refusal:
        reading.read("luonnos.docx", content)

    assert type(refusal.value) is reason
    assert str(SENTENCES[reason])


def test_what_lies_outside_is_named_and_never_opened() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    package_names = "http://schemas.openxmlformats.org/package/2006"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(
        f'<Relationship Id="{name}" Type="{kind}/{name}" Target="{address}" TargetMode="External"/>'
        for name in ("attachedTemplate", "styles", "numbering", "comments", "image", "hyperlink", "header", "footnotes")
    )
    parts = {
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{package_names}/relationships">{relations}</Relationships>'
        )
    }
    body = p(f'<w:hyperlink r:id="hyperlink">{r("Linkki.")}</w:hyperlink>')

    found = inspection.inspect(reading.read("a.docx", docx(body, parts)))

    assert found["sections"][0]["clauses"][0]["text"] == f"[Linkki.]({address})"
    with pytest.raises(BlockingIOError):
        listener.accept()
    listener.close()


def test_a_file_in_utf_16_or_in_the_strict_form_of_the_standard_is_read() -> None:
    plain = document(p(r("Öljy.")))
    strict = plain.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    for content in (plain.encode("utf-16"), '<?xml version="1.0" encoding="utf-8"?>' + strict):
        assert inspection.inspect(reading.read("a.docx", with_main(content)))["paragraphs_final"] == ["Öljy."]


def test_whatever_bytes_are_changed_a_file_is_read_or_refused(times: Callable[[int, int], int]) -> None:
    chance = random.Random(20261125)
    rich = docx(
        p(r("Luku"), style="Luku")
        + p(r("Kohta "), '<w:ins w:id="1" w:author="a">' + r("uusi") + "</w:ins>", style="Kohta")
    )
    with zipfile.ZipFile(io.BytesIO(rich)) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    for _round in range(times(300, 20_000)):
        if chance.random() < 0.3:
            content = bytearray(rich)
            for _each in range(chance.randint(1, 8)):
                content[chance.randrange(len(content))] = chance.randrange(256)
        else:
            name = chance.choice(list(parts))
            part = bytearray(parts[name])
            for _each in range(chance.randint(1, 6)):
                at = chance.randrange(len(part))
                part[at : at + chance.randint(0, 3)] = bytes(chance.choices(b'<>/"=&w:09 \xff', k=chance.randint(0, 4)))
            content = bytearray(zipped({**parts, name: bytes(part)}))
        try:
            inspection.inspect(reading.read("a.docx", bytes(content)))
        except Unreadable:
            continue


def endless() -> None:
    while True:
        pass


def test_a_file_that_takes_too_long_or_too_much_memory_is_refused_and_the_limits_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.05)
    with pytest.raises(unreadable.TooSlow), reading.limited():
        endless()
    with pytest.raises(unreadable.TooSlow), reading.limited():
        bytearray(2 * reading.MEMORY)

    assert len(bytearray(reading.MEMORY // 4)) == reading.MEMORY // 4
    assert signal.getsignal(signal.SIGPROF) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
