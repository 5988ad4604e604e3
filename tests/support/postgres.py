"""A real PostgreSQL for the tests, on a Unix socket of its own. Nothing of it outlives them."""

import getpass
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

MISSING = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
# Nothing here must survive a crash of the machine, and every store has connections of its own.
OPTIONS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=300")
# Where Linux's setpriv is, it ends when this process does, however that comes about.
WITH_US = ("setpriv", "--pdeathsig", "QUIT") if shutil.which("setpriv") else ()


def binaries() -> Path | None:
    """The folder with initdb and postgres: Debian keeps them out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


class Postgres:
    """A cluster in a folder of its own. As root it runs as another user, for PostgreSQL refuses to be root's."""

    def __init__(self, folder: Path):
        self._folder, self._bin, self._process = folder, binaries(), None
        self._numbers = itertools.count()
        self.user = _other_user() if os.geteuid() == 0 else getpass.getuser()
        self._as = {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(folder, **self._as)
            self._as["extra_groups"] = []
        self._call("initdb", "--pgdata", self._data, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def start(self) -> None:
        """Begin, or begin again, to answer."""
        command = [*WITH_US, str(self._bin / "postgres"), "-D", self._data, "-k", str(self._folder)]
        for option in OPTIONS:
            command += ["-c", option]
        with (self._folder / "log.txt").open("a") as log:
            self._process = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **self._as)
        end = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError((self._folder / "log.txt").read_text()[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """As when the machine loses its power."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def database(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        name = f"studio_{next(self._numbers)}"
        with self._connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"postgresql+psycopg://{self.user}@/{name}?host={self._folder}"

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self._folder), user=self.user, dbname="postgres", autocommit=True)

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _call(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **self._as)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")


def new_folder() -> Path:
    """For a cluster: its path is short, because that of a socket must not have more than 107 bytes."""
    return Path(tempfile.mkdtemp(prefix="cnn-pg-", dir="/tmp"))


def _other_user() -> str:
    names = {user.pw_name for user in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
