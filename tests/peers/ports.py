"""Free ports of this machine, and waiting until somebody answers there."""

from __future__ import annotations

import contextlib
import shutil
import socket

import pytest

from tests.waiting import poll_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    poll_until(lambda: answers(port), 15)


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
