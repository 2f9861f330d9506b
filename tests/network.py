"""Keeps tests at home: a connection to anything but this machine fails the test that tried."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LOCAL_NAMES = {"localhost", "", "0.0.0.0", "::"}


class NetworkForbidden(AssertionError):
    """A test reached for a machine that is not this one; play the provider by a local fake instead."""


@contextmanager
def only_this_machine() -> Iterator[None]:
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex

    def connect(self: socket.socket, address: Any) -> None:
        refuse_strangers(self, address)
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        refuse_strangers(self, address)
        return real_connect_ex(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign,assignment]  # the guard replaces it for the whole run
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign,assignment]  # see above
    try:
        yield
    finally:
        socket.socket.connect = real_connect  # type: ignore[method-assign]  # put back
        socket.socket.connect_ex = real_connect_ex  # type: ignore[method-assign]  # put back


def refuse_strangers(own: socket.socket, address: Any) -> None:
    if own.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    if not is_this_machine(host):
        raise NetworkForbidden(f"a test tried to connect to {host}:{address[1]}")


def is_this_machine(host: str) -> bool:
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
