"""`manage.py up`: starts from nothing, stops whole, recovers from `kill -9`, says clearly what is wrong."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from helpdesk.embedded.errors import CannotStart
from helpdesk.embedded.owner import HOME_NOTE
from helpdesk.embedded.postgres import EmbeddedPostgres
from helpdesk.embedded.processes import end_all, free_port, left_behind
from helpdesk.up.place import let_go, usable_port
from tests.architecture.source import ROOT
from tests.waiting import poll_until

START_SECONDS = 180


class Desk:
    """One `manage.py up` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder.with_suffix(".log")
        self.environment = {
            **without_servers(),
            "VAR_DIR": str(folder),
            "PORT": str(self.port),
            "MAIL_IN_PORT": str(free_port()),
            "DEMO_MAIL_PORT": str(free_port()),
            "HELPDESK_DEMO": "0",
        }
        self.greetings = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.greetings += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(up_command(), env=self.environment, stdout=log, stderr=log)
        poll_until(self.is_ready, START_SECONDS)

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        if self.log.read_text().count("Helpdesk is ready") < self.greetings:
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False  # busy at this moment: asked again

    def interrupt(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def kill_everything(self) -> None:
        """What a power cut leaves: no process, all files."""
        assert self.process is not None
        victims = [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]
        for victim in victims:
            victim.kill()
        psutil.wait_procs(victims, timeout=30)
        self.process.wait(30)


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    # As root the database runs as another user, who must be able to get into the folder.
    folder = tmp_path_factory.mktemp("desk", numbered=True)
    desk = Desk(folder)
    yield desk
    if desk.process is not None and desk.process.poll() is None:
        desk.kill_everything()
    end_all(left_behind(folder))
    EmbeddedPostgres(folder).end_orphan()
    remove_outside_home(folder)


@pytest.mark.slow
def test_newcomer_starts_kills_restarts_and_stops_the_desk(desk: Desk) -> None:
    desk.start()
    desk.kill_everything()
    desk.start()

    # The supervisor alone dies: its children live on, and the next start ends them.
    assert desk.process is not None
    desk.process.kill()
    desk.process.wait(30)
    assert left_behind(desk.folder)
    desk.start()

    assert desk.interrupt() == 0
    assert not left_behind(desk.folder)


def test_newcomer_with_a_busy_port_is_told_which(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_refused({"VAR_DIR": str(tmp_path), "PORT": port}, f"port {port}", "set PORT")


@pytest.fixture
def claims() -> Iterator[None]:
    yield
    let_go()


@pytest.mark.usefixtures("claims")
def test_mail_door_moves_aside_unless_its_port_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_IN_PORT", raising=False)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert usable_port(port, "MAIL_IN_PORT", "incoming mail") != port
        monkeypatch.setenv("MAIL_IN_PORT", str(port))
        with pytest.raises(CannotStart, match="set MAIL_IN_PORT"):
            usable_port(port, "MAIL_IN_PORT", "incoming mail")


@pytest.mark.usefixtures("claims")
def test_two_desks_started_at_the_same_moment_get_mail_doors_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAIL_IN_PORT", raising=False)
    wanted = free_port()
    found = {usable_port(wanted, "MAIL_IN_PORT", "incoming mail") for _ in range(3)}
    assert len(found) == 3, "before any of them listens"
    assert wanted in found


def test_newcomer_with_a_port_that_is_no_number_is_told_so(tmp_path: Path) -> None:
    assert_refused({"VAR_DIR": str(tmp_path), "PORT": "http"}, "PORT is 'http'")


def test_newcomer_with_an_unwritable_folder_is_told_which(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.touch()
    assert_refused({"VAR_DIR": str(occupied / "var")}, str(occupied), "VAR_DIR")


def test_newcomer_with_a_dead_database_is_told_to_start_it(tmp_path: Path) -> None:
    url = f"postgres://desk:sesame@127.0.0.1:{free_port()}/desk"
    said = assert_refused(
        {"VAR_DIR": str(tmp_path), "DATABASE_URL": url, **free_ports()}, "does not answer", "DATABASE_URL"
    )
    assert "sesame" not in said


def test_newcomer_with_another_kind_of_database_is_told_so(tmp_path: Path) -> None:
    assert_refused({"VAR_DIR": str(tmp_path), "DATABASE_URL": "mysql://x/y"}, "PostgreSQL")


def assert_refused(environment: dict[str, str], *parts: str) -> str:
    """The command ends with an error and one sentence that holds all the parts."""
    outcome = subprocess.run(
        up_command(),
        env={**without_servers(), **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    said = outcome.stdout + outcome.stderr
    assert outcome.returncode != 0, said
    assert "Traceback" not in said
    assert all(part in said for part in parts), said
    return said


def up_command() -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "up"]


def free_ports() -> dict[str, str]:
    return {name: str(free_port()) for name in ("PORT", "MAIL_IN_PORT", "DEMO_MAIL_PORT")}


def without_servers() -> dict[str, str]:
    own = {"DATABASE_URL", "REDIS_URL", "VAR_DIR", "HELPDESK_ENV", "HELPDESK_RUN"}
    return {name: value for name, value in os.environ.items() if name not in own}


def remove_outside_home(folder: Path) -> None:
    """The database of a folder that its user cannot enter lives elsewhere; see embedded/owner.py."""
    note = folder / HOME_NOTE
    if note.exists():
        shutil.rmtree(note.read_text().strip(), ignore_errors=True)
