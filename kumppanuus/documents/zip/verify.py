#!/usr/bin/env python3
"""Checks an archive of kumppanuus with nothing but Python: python3 verify.py [FOLDER or FILE.zip] [HEAD ...]

Every file is compared with the manifest, the record followed from its first entry to the last, every row compared with
the digest the record holds of it. HEAD is SLUG:NUMBER:DIGEST as printed on a document: only such a digest from outside
shows that the whole archive was not made up anew. Exit status 1 if anything fails.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any


def files_of(place: Path) -> dict[str, bytes]:
    """Name -> bytes of every file of a folder or a zip."""
    if place.is_dir():
        return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}
    with zipfile.ZipFile(place) as archive:
        if len(set(archive.namelist())) != len(archive.namelist()):
            raise ValueError("two files of one name")
        return {name: archive.read(name) for name in archive.namelist()}


def sha256(scope: str, value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"kumppanuus {scope} 1\n{text}".encode()).hexdigest()


def check_files(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    if hashlib.sha256(files["manifest.json"]).hexdigest() != files["manifest.sha256"].decode().strip():
        raise ValueError("manifest.json: is not what was written")
    if others := set(files) ^ {*manifest["files"], "manifest.json", "manifest.sha256"}:
        raise ValueError(f"{min(others)}: is missing, or is not in the manifest")
    for name, digest in manifest["files"].items():
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise ValueError(f"{name}: is not what was written")


def check_chain(entries: list[dict[str, Any]], chain: str) -> tuple[str, dict[str, Any]]:
    """Follow the chain; answers with its head and the last seal of every row."""
    seals: dict[str, Any] = {}
    previous = "0" * 64
    for number, entry in enumerate(entries, start=1):
        where = f"data/ledger.jsonl, entry {number}"
        if (entry["chain_id"], entry["number"], entry["previous"]) != (chain, number, previous):
            raise ValueError(f"{where}: does not continue the entry before it")
        if sha256("entry", {name: entry[name] for name in entry if name != "digest"}) != entry["digest"]:
            raise ValueError(f"{where}: was changed after it was written")
        seals.update(json.loads(entry["seals"]))
        previous = entry["digest"]
    return previous, seals


def check_rows(files: dict[str, bytes], seals: dict[str, Any], tables: list[str]) -> None:
    for table in tables:
        for row in rows_of(files, table):
            name = f"{table}:{row['id']}"
            if name not in seals:
                raise ValueError(f"{name}: stands without a seal")
            seal = seals.pop(name)
            if sha256("row", {column: row[column] for column in seal["columns"]}) != seal["digest"]:
                raise ValueError(f"{name}: was changed after it was sealed")
    if seals:
        raise ValueError(f"{min(seals)}: the sealed row is gone")


def rows_of(files: dict[str, bytes], table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"data/{table}.jsonl"].splitlines()]


def main(arguments: list[str]) -> int:
    place = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        files = files_of(place)
        manifest = json.loads(files["manifest.json"])
        check_files(files, manifest)
        entries = rows_of(files, "ledger")
        head, seals = check_chain(entries, manifest["agreement"])
        if manifest["head"] != {"number": len(entries), "digest": head}:
            raise ValueError("manifest.json: names another head")
        check_rows(files, seals, manifest["sealed"])
        for known in arguments[1:]:
            slug, number, digest = "".join(known.split()).split(":")
            if slug != manifest["slug"] or [each["digest"] for each in entries[int(number) - 1 :][:1]] != [digest]:
                raise ValueError(f"{known}: is not in this record")
    except Exception as flaw:  # noqa: BLE001 - whatever goes wrong in reading it, the archive does not hold
        print(f"The archive does not hold: {flaw}")
        return 1
    print(f"The archive holds: {manifest['slug']}:{len(entries)}:{head}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
