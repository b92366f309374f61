"""The package of a Word file: opened with limits, so that no file can burst, name other files or run anything."""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO
from posixpath import join, normpath

from lxml import etree
from lxml.etree import _Element

from kumppanuus.documents.unreadable import (
    Damaged,
    Encrypted,
    HasMacros,
    OldWord,
    Suspicious,
    TooDeep,
    TooLarge,
    WrongFormat,
)

# Bytes. What people send, what it may be unpacked, and one part: its tree takes several times as much memory.
MOST_UNPACKED = 100 * 2**20
MOST_ENTRIES = 2_000
MOST_OF_A_PART = 20 * 2**20
# Above this size, a file packed tighter than this is one made to burst.
SMALL = 64 * 2**20
TIGHTEST = 50

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = re.compile(r"application/vnd\.openxmlformats-officedocument\.wordprocessingml\.(document|template)\.main\+xml")
_ENCODINGS = {b"utf-8", b"utf-16", b"utf-16le", b"utf-16be", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"}
_DECLARED = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
# The same things under the names of the strict form of the standard.
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Package:
    """The parts of a Word file, each read when it is asked for. Nothing outside the file is ever opened.

    Refuses `OldWord`, `Encrypted`, `HasMacros`, `Suspicious`, `TooLarge`, `WrongFormat`, `Damaged`.
    """

    def __init__(self, content: bytes) -> None:
        if content.startswith(_OLE):
            raise Encrypted() if "EncryptedPackage".encode("utf-16-le") in content else OldWord()
        if not content.startswith(b"PK"):
            raise WrongFormat()
        try:
            self._file = zipfile.ZipFile(BytesIO(content))
        except _BROKEN:
            raise Damaged() from None
        self._entries = {entry.filename: entry for entry in self._file.infolist()}
        self._require_harmless(len(content))
        self.main = self._main_part()

    def xml(self, name: str) -> _Element | None:
        """The root of a part, or None if there is no such part. Refuses `Damaged`, `TooDeep` beside the rest."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        content = _plain(self._content(entry))
        try:
            root = etree.fromstring(content, _parser())
        except etree.XMLSyntaxError as error:
            raise TooDeep() if "depth" in str(error) else Damaged() from None
        except ValueError:
            raise Damaged() from None
        return root

    def text(self, name: str) -> str:
        """A part as text, for what is handed on and not read."""
        entry = self._entries.get(name)
        return _plain(self._content(entry)).decode("utf-8", "replace") if entry else ""

    def names(self, pattern: str) -> list[str]:
        """The names of parts that match, in order."""
        return sorted(name for name in self._entries if re.fullmatch(pattern, name))

    def related(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """What a part refers to: id → (kind, target, whether it lies outside the file). Targets inside are names."""
        folder, _slash, name = part.rpartition("/")
        root = self.xml(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        found = {}
        for each in root if root is not None else ():
            kind, target = each.get("Type", "").rpartition("/")[2], each.get("Target", "")
            is_outside = each.get("TargetMode", "") == "External"
            if not is_outside:
                target = normpath(target.lstrip("/") if target.startswith("/") else join(folder, target))
            found[each.get("Id", "")] = (kind, target, is_outside)
        return found

    def _require_harmless(self, packed: int) -> None:
        entries = self._file.infolist()
        if len(entries) > MOST_ENTRIES:
            raise TooLarge()
        names = [entry.filename.lower() for entry in entries]
        if len(set(names)) != len(names) or any(".." in name.split("/") or name.startswith("/") for name in names):
            raise Suspicious()
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise Encrypted()
        if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
            raise HasMacros()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > SMALL and unpacked > TIGHTEST * packed:
            raise Suspicious()
        if unpacked > MOST_UNPACKED:
            raise TooLarge()

    def _main_part(self) -> str:
        types = self.xml("[Content_Types].xml")
        if types is None:
            raise WrongFormat()
        kinds = {each.get("PartName", "").lstrip("/"): each.get("ContentType", "") for each in types}
        if any("macroenabled" in kind.lower() for kind in kinds.values()):
            raise HasMacros()
        for kind, target, is_outside in self.related("").values():
            if kind == "officeDocument" and not is_outside:
                if not _MAIN.fullmatch(kinds.get(target, "")):
                    raise WrongFormat()
                return target
        raise WrongFormat()

    def _content(self, entry: zipfile.ZipInfo) -> bytes:
        """The bytes of an entry. What its directory says of its size is not believed."""
        if entry.file_size > MOST_OF_A_PART:
            raise TooLarge()
        try:
            with self._file.open(entry) as part:
                content = part.read(MOST_OF_A_PART + 1)
        except _BROKEN:
            raise Damaged() from None
        if len(content) > MOST_OF_A_PART:
            raise TooLarge()
        return content


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _plain(content: bytes) -> bytes:
    """The XML of a part in UTF-8 or an encoding where markup looks the same. Refuses what declares entities."""
    head = content[:4]
    if b"\x00" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = _decoded(content)
        content = re.sub(r"\A\ufeff?<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).lstrip("\ufeff").encode()
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    if declared is not None and declared[1].lower() not in _ENCODINGS:
        raise Suspicious()  # in an encoding of its own a file could hide what is looked for next
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Suspicious()
    for strict, usual in _STRICT.items():
        if strict in content[:4_000]:
            content = content.replace(strict, usual)
    return content


def _decoded(content: bytes) -> str:
    try:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return content.decode("utf-16")
        return content.decode("utf-16-be" if content[:1] == b"\x00" else "utf-16-le")
    except UnicodeDecodeError:
        raise Damaged() from None
