"""The supervisor: restarts what falls, gives up on what cannot stand, leaves nothing behind."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from helpdesk.up import supervisor as supervision
from helpdesk.up.supervisor import Program, Supervisor
from tests.waiting import poll_until

STANDS = "import signal; print('up', flush=True); signal.pause()"
FALLS = "raise SystemExit(3)"
# Starts a child of its own and does not listen to SIGTERM.
STUBBORN = (
    "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']);"
    "print('up', flush=True); signal.pause(); signal.pause()"
)


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "RESTART_SECONDS", (0, 0, 0))
    monkeypatch.setattr(supervision, "STOP_SECONDS", 1)


def supervising(code: str, tmp_path: Path) -> tuple[Supervisor, list[str]]:
    said: list[str] = []
    supervisor = Supervisor([Program("part", (sys.executable, "-c", code))], dict(os.environ), tmp_path)
    supervisor.show = lambda name, line: said.append(line)
    return supervisor, said


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[tuple[Supervisor, list[str]]]:
    supervisor, said = supervising(STANDS, tmp_path)
    supervisor.start()
    watcher = threading.Thread(target=supervisor.watch)
    watcher.start()
    poll_until(lambda: said == ["up"])
    yield supervisor, said
    supervisor.stopping.set()
    watcher.join()
    supervisor.stop()


def test_fallen_program_is_started_again(standing: tuple[Supervisor, list[str]]) -> None:
    supervisor, said = standing
    supervisor.running["part"].process.kill()
    poll_until(lambda: said == ["up", "up"])


def test_program_that_falls_again_and_again_ends_the_watch(tmp_path: Path) -> None:
    supervisor, _ = supervising(FALLS, tmp_path)
    supervisor.start()
    assert supervisor.watch() == 1
    supervisor.stop()


def test_stubborn_program_and_its_children_are_killed(tmp_path: Path) -> None:
    supervisor, said = supervising(STUBBORN, tmp_path)
    supervisor.start()
    poll_until(lambda: said == ["up"])
    process = psutil.Process(supervisor.running["part"].process.pid)
    family = [process, *process.children(recursive=True)]
    assert len(family) == 2

    supervisor.stop()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive
