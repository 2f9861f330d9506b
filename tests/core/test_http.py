"""The way out: to public addresses only, once resolved, never redirected, bounded in time and size."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from core import addresses, http

# Spellings of this machine, its network and the clouds' metadata servers, in the forms that filters have missed.
FORBIDDEN = """
127.0.0.1 127.1 127.0.1 0 0.0.0.0 127.0.0.0 127.255.255.254 2130706433 0x7f000001 017700000001 0x7f.0.0.1 0177.0.0.1
localhost LOCALHOST localhost.
10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254 192.168.0.1 192.168.255.255 169.254.169.254 169.254.0.1
100.64.0.1 100.127.255.254 192.0.0.1 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1
240.0.0.1 255.255.255.255 192.88.99.1
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:169.254.169.254]
[::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a00:1] [2002:7f00:1::] [2002:a00:1::]
[2001::1] [2001:db8::1] [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1] [100::1]
""".split()


@pytest.fixture(autouse=True)
def nothing_allowed(settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED = []


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that was tried."""
    tried: list[Any] = []

    def connect(self: Any, host: str, port: int, *more: Any) -> None:
        tried.append((host, port))
        raise http.httpcore.ConnectError("refused by the test")  # type: ignore[attr-defined]  # the client's own error

    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connect)
    return tried


@contextmanager
def server(answer: Callable[[socket.socket, bytes], None]) -> Iterator[int]:
    """Takes one connection, reads the request, and lets the test answer."""

    def serve() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(30)
            answer(peer, peer.recv(65536))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(30)


@pytest.mark.parametrize("host", FORBIDDEN)
def test_own_network_is_not_called_in_any_spelling(host: str, connections: list[Any]) -> None:
    with pytest.raises((http.NotAllowedThere, http.NotReached, httpx.InvalidURL)):
        http.get(f"http://{host}/")
    assert connections == []


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert addresses.is_public(ip_address(address))


def test_name_with_one_private_address_is_not_called(monkeypatch: pytest.MonkeyPatch, connections: list[Any]) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(http.NotAllowedThere):
        http.get("https://rebinding.example/")
    assert connections == []


def test_connection_goes_to_the_checked_address_without_a_second_look_up(
    monkeypatch: pytest.MonkeyPatch, connections: list[Any]
) -> None:
    answers = [["1.1.1.1"], ["127.0.0.1"]]

    def resolve(*args: Any, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in answers.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(http.NotReached):
        http.get("https://rebinding.example/")
    assert connections == [("1.1.1.1", 443)]


@pytest.mark.parametrize("url", ["http://1.1.1.1:22/", "https://1.1.1.1:8443/", "http://1.1.1.1:6379/"])
def test_other_ports_are_not_called(url: str, connections: list[Any]) -> None:
    with pytest.raises(http.NotAllowedThere):
        http.get(url)
    assert connections == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://1.1.1.1/", "gopher://1.1.1.1/", "//1.1.1.1/", "x"])
def test_other_schemes_are_not_called(url: str, connections: list[Any]) -> None:
    with pytest.raises(http.NotAllowedThere):
        http.get(url)
    assert connections == []


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "127.0.0.1:{port}"])
def test_allowed_server_is_called_with_its_host_and_its_answer_comes_back(settings: Settings, allowed: str) -> None:
    seen: list[bytes] = []

    def answer(peer: socket.socket, request: bytes) -> None:
        seen.append(request)
        peer.sendall(b'HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n{"ok": true')
        peer.sendall(b"}")

    with server(answer) as port:
        settings.OUTGOING_HTTP_ALLOWED = [allowed.format(port=port)]
        told = http.post_json(f"http://127.0.0.1:{port}/x?y=1", {"a": 1})
    assert (told.status, told.is_ok) == (201, True)
    assert seen[0].startswith(b"POST /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"Accept-Encoding: identity" in seen[0]


def test_redirect_is_an_answer_and_not_followed(settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with server(lambda peer, _: peer.sendall(moved)) as port:
        assert http.get(f"http://127.0.0.1:{port}/").status == 302


def test_too_large_answer_is_cut_off(settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000
    with server(lambda peer, _: peer.sendall(large)) as port, pytest.raises(http.AnswerTooLarge):
        http.get(f"http://127.0.0.1:{port}/", max_bytes=1000)


def test_dripping_server_does_not_hold_us(settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    over = threading.Event()

    def drip(peer: socket.socket, _: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.05):
            try:
                peer.sendall(b"x")
            except OSError:
                return

    with server(drip) as port:
        with pytest.raises(http.NoAnswer):
            http.send(httpx.Request("GET", f"http://127.0.0.1:{port}/"), seconds=0.4)
        over.set()


@pytest.mark.parametrize("said", [b"", b"not http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"])
def test_broken_answer_is_no_answer(settings: Settings, said: bytes) -> None:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    with server(lambda peer, _: peer.sendall(said)) as port, pytest.raises(http.NoAnswer):
        http.get(f"http://127.0.0.1:{port}/")


def test_closed_port_was_not_reached(settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    with pytest.raises(http.NotReached):
        http.get("http://127.0.0.1:1/")


def test_proxy_of_the_environment_is_not_used(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    fine = b"HTTP/1.1 204 No Content\r\n\r\n"
    with server(lambda peer, _: peer.sendall(fine)) as port:
        assert http.get(f"http://127.0.0.1:{port}/").status == 204
