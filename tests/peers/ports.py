"""Free ports of this machine, and waiting until somebody answers there."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterable

import pytest

from helpdesk.embedded.processes import free_port
from tests.waiting import poll_until

START_SECONDS = 60


def free_ports(count: int) -> list[int]:
    """Different ones."""
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return sorted(found)


def all_answer(ports: Iterable[int], process: subprocess.Popen[bytes]) -> bool:
    """Whether the process that is starting comes to serve all of them; False as soon as it has ended."""
    waiting = set(ports)

    def is_decided() -> bool:
        waiting.difference_update([port for port in waiting if answers(port)])
        return not waiting or process.poll() is not None

    with contextlib.suppress(AssertionError):
        poll_until(is_decided, START_SECONDS, pause=0.02)
    return not waiting


def wait_for(port: int) -> None:
    poll_until(lambda: answers(port), START_SECONDS)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def program(name: str, package: str) -> str:
    """The program's path, or a skipped test that says what to install."""
    found = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/bin")
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: apt install {package})")
    return found
