"""A server that is told to end sends its sockets away with "service restart", so that they come back at once."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.cast import Cast
from tests.live.sockets import signed_in
from tests.stack import Stack


@pytest.mark.stack
def test_sockets_of_a_server_that_ends_are_told_that_it_restarts(live_stack: Stack, cast: Cast) -> None:
    address = f"ws://127.0.0.1:{live_stack.port}/ws/agent/"
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={signed_in(cast.ana)}"}
    with connect(address, additional_headers=cookie, origin=Origin(live_stack.url)) as socket:
        assert json.loads(socket.recv(timeout=30))["type"] == "hello"
        live_stack.stop("web")
        with pytest.raises(ConnectionClosed) as ended:
            while True:
                socket.recv(timeout=30)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1012
