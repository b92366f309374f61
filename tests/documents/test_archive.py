"""The archive: whole, readable without the service, without addresses, and nothing in it can be changed unnoticed."""

from __future__ import annotations

import hashlib
import io
import json
import re
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from kumppanuus import agreements, approvals, jobs, ledger, members
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, AgreementKind, Side
from kumppanuus.db import db, writing
from kumppanuus.documents import archive, assemble
from kumppanuus.jobs import State
from kumppanuus.starters import ModelAgreement, ModelClause, ModelSection
from kumppanuus.web import archives
from tests.client import LintingClient, Page
from tests.databases import NOW, Browsers, Databases
from tests.payloads import XSS

VERIFIER = Path(archive.__file__).parent / "zip" / "verify.py"


def checked(*arguments: str | Path) -> tuple[int, str]:
    """Exit status and words of the verifier, run by a Python that finds nothing but its own library."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.strip()


def made(databases: Databases, slug: str) -> dict[str, bytes]:
    with databases.app.app_context(), writing():
        agreement = agreements.by_slug(slug)
        assert agreement is not None
        file = archive.make(agreement, page=archives.index)
        db.session.commit()
    return unpacked(file.content)


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(files: dict[str, bytes], target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return target


def rows(files: dict[str, bytes], table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"data/{table}.jsonl"].splitlines()]


def another(all_rows: list[dict[str, Any]], name: str) -> Any:
    """A value of this name that the first row does not have; the rows stand in the order of their random ids."""
    return next(row[name] for row in all_rows if row[name] != all_rows[0][name])


def resealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest that fits them, as somebody would write it who wants a change to go unnoticed."""
    manifest = json.loads(files["manifest.json"])
    others = {name: content for name, content in files.items() if not name.startswith("manifest.")}
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}
    text = json.dumps(manifest).encode()
    return others | {"manifest.json": text, "manifest.sha256": hashlib.sha256(text).hexdigest().encode()}


def test_an_archive_leads_to_the_same_head_without_our_code(
    world: Any, browser: Browsers, databases: Databases, tmp_path: Path
) -> None:
    client: LintingClient = browser(world.mikko)
    here = f"/sopimukset/{world.slug}/viennit"
    job = client.send(f"/sopimukset/{world.slug}/arkisto", {}, page=here, status=303).headers["Location"]
    with databases.app.app_context():
        assert jobs.run(UUID(job.rpartition("/")[2])) is State.DONE
    ready = client.get(job).headers["Location"]
    page = client.page(ready)
    assert (page.h1, "Täällä se on 25.3.2026 asti." in page.text) == ("Arkisto on valmis", True)
    response = client.send(f"{ready}/tiedosto", page=ready, status=200, lint=False)
    assert f"Lataa arkisto (zip, {round(len(response.data) / 1000)} kt)" in page.text
    for other in (world.aino, world.eero):
        assert browser(other).get(ready).status_code == 404
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == f"attachment; filename={world.slug}-2026-03-18.zip"
    with databases.app.app_context():
        last = ledger.entries(world.agreement, most=1)[0]
        agreement = agreements.by_slug(world.slug)
        assert agreement is not None
        texts = {suffix: assemble.export(agreement, suffix) for suffix in (".md", ".html")}
    assert (last.kind, last.actor_id, last.facts) == ("export.archived", world.mikko, {})
    head = f"{world.slug}:{last.number}:{last.digest}"
    file = tmp_path / "arkisto.zip"
    file.write_bytes(response.data)
    assert checked(file) == (0, f"The archive holds: {head}")
    files = unpacked(response.data)
    folder = tmp_path / "purettu"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    with databases.app.app_context():
        earlier = ledger.entries(world.agreement, before=100, most=1)[0]
    known = f"{world.slug}:{earlier.number}:{earlier.digest[:32]} {earlier.digest[32:]}"
    assert checked(folder, head, known) == (0, f"The archive holds: {head}")
    other = f"{world.slug}:{earlier.number}:{last.digest}"
    assert checked(folder, other) == (1, f"The archive does not hold: {other}: is not in this record")
    assert {files[f"documents/sopimus{suffix}"] for suffix in texts} == set(texts.values())
    assert files["verify.py"] == VERIFIER.read_bytes()
    assert len(VERIFIER.read_text().splitlines()) < 100
    assert "kumppanuus" not in re.findall(r"^(?:from|import) (\w+)", VERIFIER.read_text(), re.MULTILINE)
    told = client.page(here).text
    assert f"Ke 18.3.2026 klo 12 Arkisto {world.names[world.mikko]}" in told


def test_an_archive_of_a_final_text_freezes_it_and_old_ones_are_forgotten(
    world: Any, browser: Browsers, databases: Databases, clock: Any
) -> None:
    with databases.app.app_context(), writing():
        text = ModelAgreement("Valmis", (), (ModelSection("Luku", (ModelClause("Kohta", "Sovittu teksti."),)),), (), ())
        begun = agreements.start(
            title="Valmis",
            kind=AgreementKind.PARTNERSHIP_AGREEMENT,
            authority_name="Alue",
            body_name="Pöytä",
            from_model=False,
            text=text,
            by=world.mikko,
        )
        members.begin(begun, db.session.get_one(User, world.mikko), side=None, by=world.mikko)
        [placed] = agreements.outline(begun).clauses()
        for side in Side:
            approvals.give(placed.clause, side=side, fingerprint=placed.version.fingerprint, by=world.mikko)
        slug, begun_id = begun.slug, begun.id
        db.session.commit()
    client = browser(world.mikko)
    for _each in range(2):
        job = client.send(f"/sopimukset/{slug}/arkisto", {}, page=f"/sopimukset/{slug}/viennit", status=303)
        with databases.app.app_context():
            jobs.run(UUID(job.headers["Location"].rpartition("/")[2]))
    with databases.app.app_context():
        named = agreements.editions(db.session.get_one(Agreement, begun_id))
        assert [each.name for each in named] == ["lopullinen 18.3.2026"]
        assert [entry.kind for entry in ledger.whole(begun_id)][-3:] == [
            "edition.frozen",
            "export.archived",
            "export.archived",
        ]
        with writing():
            assert archive.forget_old() == 0
            with clock(NOW + archive.LIVES):
                assert archive.forget_old() == 2
            db.session.commit()


def test_it_holds_everything_and_no_address(world: Any, databases: Databases) -> None:
    files = made(databases, world.slug)
    with databases.app.app_context():
        entries = ledger.whole(world.agreement)
        sealed = {name for entry in entries for name in json.loads(entry.seals)}
        addresses = db.session.scalars(sa.select(User.address)).all()
    manifest = json.loads(files["manifest.json"])
    kept = {f"{table}:{row['id']}" for table in manifest["sealed"] for row in rows(files, table)}
    assert kept == sealed
    assert [entry["digest"] for entry in rows(files, "ledger")] == [entry.digest for entry in entries]
    assert {row["name"] for row in rows(files, "person")} >= {world.names[world.mikko], world.names[world.aino]}
    assert {each for each in addresses if any(each.encode() in content for content in files.values())} == set()
    page = Page(files["index.html"].decode())
    for table, column in (("clause_version", "title"), ("comment", "text"), ("question", "title"), ("person", "name")):
        told = " ".join(page.text.split())
        missing = [row[column] for row in rows(files, table) if " ".join(row[column].split()) not in told]
        assert missing == [], table
    links = {link for link in page.links() if not link.startswith(("#", "http"))}
    assert links == {name for name in files if name.startswith(("documents/", "data/"))}


def changes(files: dict[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Every file with one sign changed, taken out, and one more put in; the manifest as it was."""
    for name, content in files.items():
        middle = len(content) // 2
        if content:
            yield name, files | {name: content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]}
        yield name, {other: kept for other, kept in files.items() if other != name}
    yield "lisatty.txt", files | {"lisatty.txt": b"x"}


def test_a_change_of_any_file_is_found(
    world: Any, databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = made(databases, world.town.slug)
    verify = runpy.run_path(str(VERIFIER))["main"]  # in this process: there are as many changes as files, twice
    assert verify([str(packed(files, tmp_path / "a.zip"))]) == 0
    found: dict[str, set[int]] = {}
    for name, changed in changes(files):
        found.setdefault(name, set()).add(verify([str(packed(changed, tmp_path / "a.zip"))]))
    assert found == {name: {1} for name in [*files, "lisatty.txt"]}
    told = capsys.readouterr().out.splitlines()
    assert {line.partition(":")[0] for line in told[1:]} == {"The archive does not hold"}


def test_a_change_with_a_fitting_manifest_is_found_by_the_record(
    world: Any, databases: Databases, tmp_path: Path
) -> None:
    files = made(databases, world.town.slug)
    for table, change, told in (
        ("clause_version", lambda all_rows: all_rows[0].update(text="Muu teksti."), "was changed after it was sealed"),
        (
            "approval",
            lambda all_rows: all_rows[0].update(version_id=another(all_rows, "version_id")),
            "was changed after it was sealed",
        ),
        ("comment", lambda all_rows: all_rows.pop(), "the sealed row is gone"),
        ("question", lambda all_rows: all_rows.append({**all_rows[0], "id": "x"}), "stands without a seal"),
        ("ledger", lambda all_rows: all_rows[4].update(kind="clause.removed"), "was changed after it was written"),
        ("ledger", lambda all_rows: all_rows.pop(4), "does not continue the entry before it"),
        ("ledger", lambda all_rows: all_rows.pop(), "names another head"),
    ):
        changed = rows(files, table)
        change(changed)
        content = "".join(json.dumps(row) + "\n" for row in changed).encode()
        status, words = checked(packed(resealed(files | {f"data/{table}.jsonl": content}), tmp_path / "a.zip"))
        assert (status, words.endswith(told)) == (1, True), words


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"ei zip"])
def test_what_is_no_archive_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    status, words = checked(tmp_path / "a.zip")
    assert (status, words.partition(":")[0]) == (1, "The archive does not hold")


def test_hostile_texts_do_nothing_on_the_page_of_an_archive(world: Any, databases: Databases) -> None:
    clauses = tuple(ModelClause(text[:300], text) for text in XSS)
    with databases.app.app_context(), writing():
        agreement = agreements.start(
            title=XSS[0], kind=AgreementKind.COOPERATION_PLAN, authority_name=XSS[1], body_name=XSS[2],
            from_model=False, text=ModelAgreement("", (), (ModelSection(XSS[3], clauses),), (), ()), by=world.mikko,
        )  # fmt: skip
        slug = agreement.slug
        db.session.commit()
    page = Page(made(databases, slug)["index.html"].decode())
    assert all(" ".join(text.split()) in page.text for text in XSS[:3])
    assert not [each for each in page.root.iter() if each.tag in ("script", "img", "svg", "iframe", "form", "input")]
    assert not [name for each in page.root.iter() for name in each.attrib if name.startswith("on")]


def test_only_coordinators_make_an_archive(world: Any, browser: Browsers, databases: Databases) -> None:
    for person in (world.aino, world.riikka, world.outi):
        browser(person).send(f"/sopimukset/{world.slug}/arkisto", {}, status=403)
    with databases.app.app_context():
        assert ledger.entries(world.agreement, kinds=["export.archived"]) == []
