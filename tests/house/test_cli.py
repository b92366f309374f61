"""The commands of an installation: each says what it did in a sentence, and what it refuses too."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from kumppanuus import accounts, agreements, cli, demo, drafts, ledger, limits, notifications, organisations
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement
from kumppanuus.config import PREFIX, Settings
from kumppanuus.db import db, writing
from kumppanuus.documents import assemble, intake
from kumppanuus.documents.assemble import FORMATS, Contents, Format
from kumppanuus.notifications import Letter
from tests.databases import NOW, Browsers, Databases
from tests.server import run_command

AINO = "aino.heikkila@kumppanuus.example"
CLOSED = "timo.heino@kumppanuus.example"
ROOT = Path(__file__).parents[2]

Run = Callable[..., str]


@pytest.fixture
def run(databases: Databases) -> Run:
    """Run a command; its words, once it has ended with the expected status."""

    def invoke(*arguments: str, status: int = 0) -> str:
        result: Result = databases.app.test_cli_runner().invoke(args=list(arguments), catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result.output

    return invoke


def refused(words: str) -> str:
    """The one sentence of a refusal."""
    assert words.startswith("Error: ")
    assert words.count("\n") == 1
    assert "Traceback" not in words
    return words.removeprefix("Error: ").strip()


def test_every_command_says_what_it_is_for_and_has_a_test() -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    for name, command in cli.commands.commands.items():
        own = command.commands.values() if isinstance(command, click.Group) else [command]
        assert all((each.help or "").strip().endswith(".") for each in (command, *own)), name
        assert f'"{name}"' in tests, f"flask {name} has no test"


# ---------------------------------------------------------------- settings


def test_settings_lists_each_with_its_default_and_its_sentence(run: Run, app: Flask) -> None:
    head, rule, *rows = run("settings").splitlines()
    assert (head, rule) == ("| Setting | Default | What it is |", "|---|---|---|")
    assert [row.split(" | ")[0] for row in rows] == [f"| `{PREFIX}{each.name.upper()}`" for each in fields(Settings)]
    assert "| `KUMPPANUUS_DEMO` | `0` | " in rows[[each.name for each in fields(Settings)].index("demo")]
    assert all(row.endswith(". |") for row in rows), rows


def test_check_says_that_the_settings_are_safe(run: Run, app: Flask) -> None:
    assert run("check") == (
        "The settings are safe. Answers: this machine only, because KUMPPANUUS_PUBLIC_URL is not set.\n"
    )


def test_check_says_what_is_not_safe(run: Run, app: Flask) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, public_url="https://kumppanuus.example", demo=True)
    try:
        words = run("check", status=1)
        assert "KUMPPANUUS_DEMO must be off: anybody could sign in as a demo person.\n" in words
        assert words.splitlines() == app.extensions["settings"].unsafe()
    finally:
        app.extensions["settings"] = settings


def test_an_unsafe_installation_does_not_start_and_says_why(tmp_path: Path) -> None:
    for setting, value, sentence in (
        ("PUBLIC_URL", "http://kumppanuus.example", "KUMPPANUUS_PUBLIC_URL must be https://"),
        ("COLOUR", "blue", "unknown setting KUMPPANUUS_COLOUR"),
        ("PROXIES", "many", "KUMPPANUUS_PROXIES must be a whole number"),
    ):
        status, said, errors = run_command(tmp_path, "check", **{PREFIX + setting: value})
        assert (status, said) == (1, "")
        assert errors.startswith(sentence)
        assert "Traceback" not in errors


# ---------------------------------------------------------------- people


def test_create_coordinator_makes_a_person_who_may_start_agreements(run: Run, app: Flask) -> None:
    words = run("create-coordinator", "Uusi.Koordinaattori@kumppanuus.example", "--name", "Uusi Koordinaattori")
    assert words == (
        "uusi.koordinaattori@kumppanuus.example may start agreements. "
        "Print a link to sign in with: flask sign-in-link uusi.koordinaattori@kumppanuus.example\n"
    )
    run("create-coordinator", "uusi.koordinaattori@kumppanuus.example")
    with app.app_context():
        users = db.session.scalars(select(User)).all()
        assert [(user.name, user.may_start_agreements) for user in users] == [("Uusi Koordinaattori", True)]
        assert ledger.verify() is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ei-osoite",), "ei-osoite is not an e-mail address"),
        (("a@kumppanuus.example", "--name", "n" * 301), "the name of a@kumppanuus.example is empty, too long or"),
        (("a@kumppanuus.example", "--name", "\x07"), "the name of a@kumppanuus.example is empty, too long or"),
    ],
)
def test_create_coordinator_refuses_in_a_sentence(
    arguments: tuple[str, ...], sentence: str, run: Run, app: Flask
) -> None:
    assert refused(run("create-coordinator", *arguments, status=1)).startswith(sentence)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_a_printed_link_signs_in_once(run: Run, world: Any, browser: Browsers) -> None:
    printed = run("sign-in-link", AINO)
    found = re.fullmatch(r"http://127\.0\.0\.1:\d+(/kirjautuminen/[\w-]{43})\n", printed)
    assert found
    client = browser()
    assert client.send(found[1], page=found[1]).location == "/"
    assert client.page("/").h1.startswith("Hei Aino")
    again = browser()
    assert again.send(found[1], page=found[1], status=422).status_code == 422


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tuntematon@kumppanuus.example", "nobody has the address tuntematon@kumppanuus.example, or the account is"),
        (CLOSED, f"nobody has the address {CLOSED}, or the account is closed"),
        ("ei osoite", "ei osoite is not an e-mail address"),
    ],
)
def test_no_link_for_who_has_no_account(address: str, sentence: str, run: Run, world: Any) -> None:
    assert refused(run("sign-in-link", address, status=1)).startswith(sentence)


def test_disable_ends_the_sessions_of_an_account(run: Run, world: Any, browser: Browsers) -> None:
    client = browser(world.aino)
    assert client.get("/oma-sivu").status_code == 200
    assert run("disable", AINO) == f"{AINO} is closed.\n"
    assert client.get("/oma-sivu").status_code == 303
    assert refused(run("sign-in-link", AINO, status=1)).startswith("nobody has the address")


def test_disable_refuses_in_a_sentence(run: Run, world: Any) -> None:
    assert refused(run("disable", "x@kumppanuus.example", status=1)) == "nobody has the address x@kumppanuus.example"
    assert refused(run("disable", "x", status=1)) == "x is not an e-mail address"
    outi, slug = "outi.salonen@kumppanuus.example", world.town.slug
    alone = f"{outi} is the only coordinator of {slug}; `flask appoint` another there first"
    assert refused(run("disable", outi, status=1)) == refused(run("remove", outi, status=1)) == alone
    assert run("disable", outi, "--anyway") == f"{outi} is closed.\n"


def test_untie_forgets_how_a_person_signs_in_and_refuses_in_a_sentence(
    run: Run, world: Any, databases: Databases
) -> None:
    with databases.app.app_context(), writing():
        tied = accounts.identify("https://tunnistus.example", "1", address=AINO)
        db.session.commit()
        assert tied.id == world.aino
    assert (run("untie", AINO), run("untie", AINO)) == ("1 untied.\n", "0 untied.\n")
    with databases.app.app_context():
        assert accounts.tied_to("https://tunnistus.example", "1") is None
    assert refused(run("untie", "x@kumppanuus.example", status=1)) == "nobody has the address x@kumppanuus.example"
    assert refused(run("untie", "x", status=1)) == "x is not an e-mail address"


# ---------------------------------------------------------------- letters and tidying


def test_notify_sends_what_waits(run: Run, world: Any, databases: Databases) -> None:
    run("notify")  # what happened in the last week of the demo world
    with databases.app.app_context(), writing():
        asking = accounts.ask(
            AINO, browser="b", browser_words="Chromium", language=accounts.Language.FI, is_remembered=False
        )
        notifications.wish(Letter.SIGN_IN, asking.id)
        db.session.commit()
    assert run("notify") == "1 sent.\n"
    assert run("notify") == "0 sent.\n"


def test_tidy_deletes_what_has_run_out(run: Run, world: Any, databases: Databases, clock: Any) -> None:
    with databases.app.app_context(), writing():
        drafts.keep("comment:x", {"text": "Kesken"}, by=world.aino)
        drafts.spend("avain")
        limits.spend("comment:x", limits.COMMENT)
        db.session.commit()
    # In the demo world an invitation was used long ago, one was withdrawn a month ago, and three wait.
    assert run("tidy").splitlines() == ["1 rows deleted.", "  invitations: 1"]
    assert run("tidy") == "0 rows deleted.\n"
    with clock(NOW + timedelta(days=3)):
        assert run("tidy").splitlines() == [
            "3 rows deleted.",
            "  invitations: 1",
            "  unsent texts and keys of forms: 1",
            "  uses that were counted: 1",
        ]
    with clock(NOW + timedelta(days=91)):
        assert run("tidy").splitlines() == [
            "4 rows deleted.",
            "  invitations: 3",
            "  unsent texts and keys of forms: 1",
        ]


def test_a_test_letter_tells_whether_the_mail_settings_work(run: Run, world: Any, databases: Databases) -> None:
    assert "A test letter to riikka@example.fi was taken by" in run("check", "--mail", "Riikka@example.fi")
    settings = databases.app.extensions["settings"]
    [kept] = [each for each in notifications.kept(settings) if each.subject == "kumppanuus: test"]
    assert kept.to == "riikka@example.fi"
    (notifications.mail_folder(settings) / f"{kept.name}.eml").unlink()
    assert "ei osoite is not an e-mail address" in run("check", "--mail", "ei osoite", status=1)


def test_an_administrator_removes_a_person_and_appoints_a_coordinator(
    run: Run, world: Any, databases: Databases
) -> None:
    outi, slug = "outi.salonen@kumppanuus.example", world.town.slug
    assert f"a coordinator of {slug}." in run("appoint", slug, "uusi@example.fi", "--name", "Uusi Koordinaattori")
    assert run("remove", outi) == "Removed. What they did stays under: removed person 1.\n"
    assert f"nobody has the address {outi}" in run("remove", outi, status=1)
    assert run("ledger", "verify") == "The record holds.\n"


# ---------------------------------------------------------------- the demo world: see also tests/concepts/test_demo.py


def test_demo_wants_a_day_that_is_one(run: Run, app: Flask) -> None:
    assert "'18.3.2026' does not match the format '%Y-%m-%d'" in run("demo", "--today", "18.3.2026", status=2)
    with app.app_context():
        assert demo.is_empty()


# ---------------------------------------------------------------- agreements


def test_agreements_lists_a_slug_a_line(run: Run, world: Any) -> None:
    assert run("agreements") == f"{world.slug}\n{world.town.slug}\n"


def test_agreements_of_an_empty_installation_are_none(run: Run, app: Flask) -> None:
    assert run("agreements") == ""


@pytest.mark.parametrize(
    "name", ["sopimus.docx", "sopimus.pdf", "sopimus.html", "sopimus.md", "SOPIMUS.MD", "a b.docx"]
)
def test_export_writes_the_format_of_the_suffix(
    name: str, run: Run, world: Any, databases: Databases, tmp_path: Path
) -> None:
    target = tmp_path / name
    assert run("export", world.slug, "--to", str(target)) == f"Wrote {target}.\n"
    with databases.app.app_context():
        agreement = db.session.get_one(Agreement, world.agreement)
        assert target.read_bytes() == assemble.export(agreement, target.suffix.lower())
        assert agreement.happened == ledger.entries(world.agreement, most=1)[0].number


@pytest.mark.parametrize("contents", ["redline", "clean", "changes"])
def test_export_writes_what_is_asked_for(
    contents: str, run: Run, world: Any, databases: Databases, tmp_path: Path
) -> None:
    target = tmp_path / "sopimus.docx"
    run("export", world.slug, "--to", str(target), "--contents", contents, "--since", "1")
    with databases.app.app_context():
        agreement = db.session.get_one(Agreement, world.agreement)
        assert target.read_bytes() == assemble.export(agreement, ".docx", contents=Contents(contents), since="1")


def test_export_refuses_in_a_sentence(run: Run, world: Any, tmp_path: Path) -> None:
    good, nowhere = str(tmp_path / "x.md"), str(tmp_path / "ei" / "x.md")
    formats = ", ".join(sorted(FORMATS))
    cases = {
        ("ei-ole", good): "there is no agreement ei-ole; `flask agreements` lists them",
        (world.slug, "x.odt"): f"the format of x.odt is none of {formats}",
        (world.slug, "x"): f"the format of x is none of {formats}",
        (world.slug, nowhere): f"{nowhere} could not be written: No such file or directory",
    }
    for (slug, target), sentence in cases.items():
        assert refused(run("export", slug, "--to", target, status=1)) == sentence
    more = {
        ("--contents", "final"): f"{world.slug} is not ready to be signed",
        ("--contents", "changes", "--since", "0.1"): f"{world.slug} has no such edition or entry",
        ("--contents", "changes", "--since", "now"): "the two texts are the same",
    }
    for options, sentence in more.items():
        assert refused(run("export", world.slug, "--to", good, *options, status=1)) == sentence
    assert list(tmp_path.iterdir()) == []
    assert "Missing option '--to'" in run("export", world.slug, status=2)


def test_archive_writes_one_zip_and_records_it_or_refuses_and_records_nothing(
    run: Run, world: Any, databases: Databases, tmp_path: Path
) -> None:
    def happened() -> int:
        with databases.app.app_context():
            return db.session.get_one(Agreement, world.agreement).happened

    before, target, nowhere = happened(), tmp_path / "sopimus.zip", tmp_path / "ei" / "x.zip"
    no_folder = f"{nowhere} could not be written: No such file or directory"
    assert refused(run("archive", world.slug, str(nowhere), status=1)) == no_folder
    no_agreement = "there is no agreement ei-ole; `flask agreements` lists them"
    assert refused(run("archive", "ei-ole", str(target), status=1)) == no_agreement
    assert (happened(), list(tmp_path.iterdir())) == (before, [])

    assert run("archive", world.slug, str(target)) == f"Wrote {target}.\n"

    with zipfile.ZipFile(target) as package:
        names = package.namelist()
        assert package.testzip() is None
    assert {"index.html", "manifest.json", "verify.py"} <= set(names)
    assert happened() == before + 1


# ---------------------------------------------------------------- the record


def test_heads_are_what_verify_takes(run: Run, world: Any, databases: Databases) -> None:
    heads = run("ledger", "heads").splitlines()
    assert [head.rpartition(":")[0].rpartition(":")[0] for head in heads] == [world.slug, world.town.slug]
    assert run("ledger", "verify") == "The record holds.\n"
    arguments = [part for head in heads for part in ("--head", head)]
    assert run("ledger", "verify", *arguments) == "The record holds.\n"


def test_what_a_document_prints_can_be_verified(run: Run, world: Any, databases: Databases, tmp_path: Path) -> None:
    printed = []
    for name in ("admin.md", "web.md"):
        target = tmp_path / name
        if name == "admin.md":
            run("export", world.slug, "--to", str(target))
        else:
            with databases.app.app_context(), writing():
                agreement = db.session.get_one(Agreement, world.agreement)
                file = assemble.make(agreement, Format.MARKDOWN, contents=Contents.CLEAN, by=world.mikko)
                target.write_bytes(file.content)
                db.session.commit()
        found = re.search(r"- Tapahtuma: (\S+)\n- Tiiviste: ([0-9a-f ]{79})\n", target.read_text(encoding="utf-8"))
        assert found
        printed.append(f"{found[1]}:{found[2]}")
    with databases.app.app_context(), writing():
        agreement = db.session.get_one(Agreement, world.agreement)
        agreements.freeze(agreement, "0.9", by=world.mikko)
        db.session.commit()
    assert run("ledger", "verify", "--head", printed[0], "--head", printed[1]) == "The record holds.\n"
    forged = printed[1][:-1] + ("0" if printed[1][-1] != "0" else "1")
    for heads in ([forged], [printed[0], forged], [forged, printed[0]]):
        words = run("ledger", "verify", *(part for head in heads for part in ("--head", head)), status=1)
        assert "is not the digest that was given out" in words
    slug, number, digest = printed[1].split(":")
    words = run("ledger", "verify", "--head", f"{slug}:{int(number) + 500}:{digest}", status=1)
    assert "the entry that was given out is gone" in words


@pytest.mark.parametrize(
    "head", ["", ":", "a:1", "ei-ole:1:" + "0" * 64, "{slug}:0:" + "0" * 64, "{slug}:²:" + "0" * 64, "{slug}:1:00"]
)
def test_a_head_that_is_none_is_refused_in_a_sentence(head: str, run: Run, world: Any) -> None:
    head = head.format(slug=world.slug)
    words = refused(run("ledger", "verify", "--head", head, status=1))
    assert words == f"{head} is not SLUG:NUMBER:DIGEST of an agreement here".strip()


def test_verify_names_the_first_bad_place(run: Run, world: Any, databases: Databases) -> None:
    with databases.app.app_context(), writing():
        entry = ledger.entries(world.agreement, kinds=["edition.frozen"])[0]
        entry.data = json.dumps({**entry.facts, "name": "0.99"})
        number = entry.number
        db.session.commit()
    words = run("ledger", "verify", status=1)
    assert words == (f"chain {world.agreement}, entry {number}, digest: the entry was changed after it was written\n")


# ---------------------------------------------------------------- copies


def test_a_backup_is_put_back(run: Run, world: Any, tmp_path: Path) -> None:
    copy = tmp_path / "kumppanuus.backup"
    assert run("backup", str(copy)) == f"Wrote {copy}.\n"
    run("disable", AINO)
    assert run("restore", str(copy)) == "The copy is in place.\n"
    assert run("ledger", "verify") == "The record holds.\n"
    assert run("sign-in-link", AINO).startswith("http")


def test_what_cannot_be_copied_or_put_back_is_refused_in_a_sentence(run: Run, world: Any, tmp_path: Path) -> None:
    assert "could not be written" in refused(run("backup", str(tmp_path / "ei" / "x"), status=1))
    other = tmp_path / "muu"
    other.write_text("jotakin muuta")
    words = refused(run("restore", str(other), status=1))
    assert words == "This file is not a copy of a kumppanuus installation. Nothing was changed."
    assert run("agreements") == f"{world.slug}\n{world.town.slug}\n"


def test_inspecting_a_file_prints_what_was_found_and_stores_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sopimus.md"
    file.write_text("# Sopimus\n\n## 1 Osapuolet\n\n### 1.1 Alue\n\nAlue ja järjestöt.\n\n## Liite 1. Tilat\n\nSali.")

    found = json.loads(run("import", str(file), "--inspect"))

    assert found == {
        "title": "Sopimus",
        "language": "fi",
        "sections": [
            {
                "number": "1",
                "title": "Osapuolet",
                "clauses": [{"number": "1.1", "title": "Alue", "text": "Alue ja järjestöt."}],
            }
        ],
        "annexes": [{"number": "1", "title": "Tilat", "clauses": [{"number": "", "title": "", "text": "Sali."}]}],
        "changes": [],
        "comments": [],
        "paragraphs_final": ["Sopimus", "1 Osapuolet", "1.1 Alue", "Alue ja järjestöt.", "Liite 1. Tilat", "Sali."],
        "paragraphs_original": ["Sopimus", "1 Osapuolet", "1.1 Alue", "Alue ja järjestöt.", "Liite 1. Tilat", "Sali."],
        "left_over": [],
    }


@pytest.mark.parametrize(
    ("name", "content"), [("vanha.doc", b"\xd0\xcf\x11\xe0"), ("a.docx", b"PK\x03\x04"), ("a.md", b"")]
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    run: Run, tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    assert refused(run("import", str(file), "--inspect", status=1))


def test_importing_a_file_starts_an_agreement_for_the_only_one_who_may(run: Run, tmp_path: Path, app: Flask) -> None:
    file = tmp_path / "sopimus.md"
    file.write_text("## 1 Osapuolet\n\n1.1 Alue sopii.")
    assert "nobody may start agreements" in refused(run("import", str(file), "--new", "Uusi sopimus", status=1))
    run("create-coordinator", "aino@kumppanuus.example")

    said = run("import", str(file), "--new", "Uusi sopimus", "--authority", "Koealue")

    with app.app_context():
        agreement = agreements.by_slug("koealue-uusi-sopimus")
        assert agreement is not None
        texts = [(each.label, each.version.text) for each in agreements.outline(agreement).clauses()]
    assert said == "Started koealue-uusi-sopimus.\n"
    assert texts == [("1.1", "Alue sopii.")]


def test_job_does_a_long_task_and_says_how_it_ended(run: Run, app: Flask) -> None:
    run("create-coordinator", "aino@kumppanuus.example")
    with app.app_context(), writing():
        by = accounts.find("aino@kumppanuus.example")
        assert by is not None
        _intake, job = intake.receive("a.docx", b"PK rikki", by=by.id)
        job_id = str(job.id)
        db.session.commit()

    assert run("job", job_id) == "failed\n"


def test_organisations_are_taken_from_a_table_and_bad_rows_named_by_line(
    run: Run, world: Any, databases: Databases, tmp_path: Path
) -> None:
    table = tmp_path / "järjestöt.csv"
    table.write_text("nimi;laji\nKuulo ry;yhdistys\n;säätiö\nOuto ry;puolue\n", encoding="cp1252")
    command = ("import-organisations", str(table), "--to", world.slug)
    faults = "line 3: no name\nline 4: unknown kind (puolue)\n"

    def names() -> list[str]:
        with databases.app.app_context():
            return organisations.labels(db.session.get_one(Agreement, world.agreement))

    before = names()
    assert run(*command, "--dry-run") == f"{faults}1 would be added, 0 would be changed, 2 left out.\n"
    assert names() == before
    assert run(*command) == f"{faults}1 were added, 0 were changed, 2 left out.\n"
    assert run(*command) == f"{faults}0 were added, 0 were changed, 2 left out.\n"
    assert set(names()) - set(before) == {"Kuulo ry"}


def test_what_is_no_table_or_has_no_agreement_is_refused_in_a_sentence(run: Run, world: Any, tmp_path: Path) -> None:
    table = tmp_path / "x.csv"
    table.write_text("Kuulo ry\nNäkö ry\n")
    cases = {
        ("--to", world.slug): "x.csv has no column for the name (nimi, namn, name), or no rows",
        ("--to", "ei-ole"): "there is no agreement ei-ole; `flask agreements` lists them",
        (): "say which agreement with --to; `flask agreements` lists them",
    }
    for options, sentence in cases.items():
        assert refused(run("import-organisations", str(table), *options, status=1)) == sentence
