"""The network between a browser and the desk: a relay that can be cut and mended."""

from __future__ import annotations

import contextlib
import select
import socket
import threading


class Relay:
    """Passes bytes on to `target`; `cut` ends every connection and lets none in until `mend`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._is_cut = False
        self._wires: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            wires, self._wires = self._wires, set()
        for wire in wires:
            _end(wire)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._door.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self._is_cut:
                    _end(near)
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                if not self._keeps(near, far):
                    _end(near)
                    _end(far)
                    continue
                threading.Thread(target=self._pass, args=(near, far), daemon=True).start()

    def _keeps(self, near: socket.socket, far: socket.socket) -> bool:
        """Not when the cut came while the far end was called."""
        with self._lock:
            if not self._is_cut:
                self._wires |= {near, far}
            return not self._is_cut

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with contextlib.suppress(OSError, ValueError):
            while True:
                readable, _, _ = select.select([near, far], [], [])
                for wire in readable:
                    data = wire.recv(65536)
                    if not data:
                        raise OSError
                    other[wire].sendall(data)
        with self._lock:
            self._wires -= {near, far}
        _end(near)
        _end(far)


def _end(wire: socket.socket) -> None:
    with contextlib.suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
    wire.close()
