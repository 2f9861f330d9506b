"""Operating-system processes: is it ours, is its port free, make it end."""

import os
import random
import signal
import socket
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psutil

MARKER = "HELPDESK_RUN"
# Connections and servers that ask for any port get higher ones: from 32768 on Linux, from 49152 elsewhere.
SELDOM_USED = range(20_000, 32_000)


def marked(var_dir: Path) -> dict[str, str]:
    """The environment that lets a later start recognise what an earlier one left behind."""
    return {**os.environ, MARKER: str(var_dir)}


def left_behind(var_dir: Path) -> list[psutil.Process]:
    """Processes that an earlier run of this VAR_DIR started and that still live."""
    own_family = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in own_family:
            continue
        try:
            if process.environ().get(MARKER) == str(var_dir):
                found.append(process)
        except (psutil.Error, OSError):
            continue  # somebody else's, or gone while we looked
    return found


def end_all(processes: Iterable[psutil.Process], *, first: int = signal.SIGTERM, patience: float = 5) -> None:
    """Asks the processes to end, and kills those that do not."""
    waiting = list(processes)
    for process in waiting:
        _send(process, first)
    _, stubborn = psutil.wait_procs(waiting, timeout=patience)
    for process in stubborn:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=5)


def end_child(child: subprocess.Popen[bytes], *signals: int, patience: float) -> None:
    """Ends our own child by the given signals, one after the other, at last by force."""
    for number in (*signals, signal.SIGKILL):
        if child.poll() is not None:
            return
        child.send_signal(number)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Rather one that no system hands out by itself, so that nobody gets it before the server that it is meant for."""
    for port in random.SystemRandom().sample(SELDOM_USED, 20):
        if port_is_free(port):
            return port
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def remembered_port(file: Path) -> int:
    """The port of the last start when it is still free, else another; remembered for the next start."""
    if file.exists() and (text := file.read_text().strip()).isdigit() and port_is_free(int(text)):
        return int(text)
    port = free_port()
    file.write_text(f"{port}\n")
    return port


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
