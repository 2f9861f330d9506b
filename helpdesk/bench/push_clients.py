"""A thousand listeners in one process: the smallest WebSocket client that can tell when a frame has arrived."""

from __future__ import annotations

import asyncio
import base64
import os
import time

CONNECT_AT_ONCE = 50
PATIENCE = 60.0
STAMP = b'"stamp":'


class Listener(asyncio.Protocol):
    """Notes for each frame with a stamp how long it took, in milliseconds."""

    def __init__(self, latencies: list[float], request: bytes) -> None:
        self._latencies = latencies
        self._request = request
        self._buffer = b""
        self.is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.is_open.done():
            self.is_open.set_exception(ConnectionError("the handshake was refused"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.is_open.done():
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.is_open.set_exception(ConnectionError(head.decode().splitlines()[0]))
                return
            self._buffer = rest
            self.is_open.set_result(None)
        while self._take_frame():
            pass

    def _take_frame(self) -> bool:
        """Frames of a server are not masked; ours are shorter than 64 kB."""
        buffer = self._buffer
        if len(buffer) < 4:
            return False
        start, length = (4, int.from_bytes(buffer[2:4])) if buffer[1] == 126 else (2, buffer[1])
        if len(buffer) < start + length:
            return False
        at = buffer.find(STAMP, start, start + length)
        if at > 0:
            stamp = buffer[at + len(STAMP) : start + length].split(b",", 1)[0].rstrip(b"}")
            self._latencies.append((time.perf_counter() - float(stamp)) * 1000)
        self._buffer = buffer[start + length :]
        return True


async def listen(port: int, cookie: str, count: int, latencies: list[float]) -> list[Listener]:
    """Open so many sockets; returns when all of them are open."""
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(CONNECT_AT_ONCE)

    async def open_one() -> Listener:
        async with gate:
            _, listener = await loop.create_connection(
                lambda: Listener(latencies, _request(port, cookie)), "127.0.0.1", port
            )
            await asyncio.wait_for(listener.is_open, PATIENCE)
            return listener

    return list(await asyncio.gather(*(open_one() for _ in range(count))))


def _request(port: int, cookie: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /ws/agent/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Cookie: {cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()
