"""The place of one run: a writable VAR_DIR, held by one `up` at a time, swept of what a crash left."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from helpdesk.embedded.errors import CannotStart
from helpdesk.embedded.processes import end_all, free_port, left_behind, port_is_free

# Datagram ports that say which ports this run is about to use; open until the process ends, however it ends.
_claims: list[socket.socket] = []


@contextmanager
def held(var_dir: Path) -> Iterator[None]:
    """Holds VAR_DIR for this process; the system lets go when the process ends, however it ends."""
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        lock = (var_dir / "up.lock").open("a+")
    except OSError as problem:
        raise CannotStart(
            f"the folder {var_dir} cannot be written ({problem.strerror}); "
            "make it writable, or set VAR_DIR to a folder that is."
        ) from problem
    with lock:
        try:
            # POSIX locks are not inherited, so an orphaned child cannot keep the place occupied.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            lock.seek(0)
            raise CannotStart(
                f"Helpdesk already runs from {var_dir} (process {lock.read().strip() or 'unknown'}); "
                "stop it by Ctrl-C there, or set VAR_DIR and PORT to run a second desk."
            ) from problem
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def swept(var_dir: Path) -> int:
    """Ends processes that a killed run left; returns how many there were."""
    orphans = left_behind(var_dir)
    end_all(orphans)
    return len(orphans)


def demand_port(port: int, variable: str, purpose: str) -> None:
    if not 0 < port < 65536:
        raise CannotStart(f"{variable} is {port}; use a number from 1 to 65535.")
    if not port_is_free(port):
        raise CannotStart(
            f"port {port} ({purpose}) is in use{_user_of(port)}; stop that program, or set {variable} to another port."
        )


def usable_port(port: int, variable: str, purpose: str) -> int:
    """The wanted port. Where nobody asked for it by name and it is taken, any free one will do.

    Its server starts seconds later: until then the claim keeps another `up` of this machine away from it.
    """
    if variable in os.environ:
        demand_port(port, variable, purpose)
        _claim(port)
        return port
    while not (port_is_free(port) and _claim(port)):
        port = free_port()
    return port


def _claim(port: int) -> bool:
    """False where somebody else has claimed it. The servers listen for TCP, so the UDP port of this number is spare;
    the system gives it to one process only, and takes it back with that process's end."""
    claim = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def let_go() -> None:
    """Gives all claims back."""
    while _claims:
        _claims.pop().close()


def _user_of(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                name = psutil.Process(connection.pid).name() if connection.pid else "another program"
                return f" by {name} (process {connection.pid})" if connection.pid else f" by {name}"
    except psutil.Error:
        return ""
    return ""
