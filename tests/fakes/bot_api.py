"""A Bot API server: answers as Telegram does, refuses on demand, remembers what arrived."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFake"
_PATH = re.compile(r"^/(?P<file>file/)?bot(?P<token>[^/]+)/(?P<rest>.+)$")


@dataclass
class Call:
    method: str
    fields: dict[str, Any]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


@dataclass
class Refusal:
    """`cut` takes the message and drops the line before the answer; `hang` waits until the test is over."""

    status: int = 200
    description: str = ""
    retry_after: int | None = None
    cut: bool = False
    hang: bool = False


class BotApi:
    """What the server knows; `next` holds the refusals (None: none) of the coming calls of a method."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.next: dict[str, list[Refusal | None]] = {}
        self.blocked: set[str] = set()
        self.files: dict[str, bytes] = {}
        self.over = threading.Event()
        # How long an answer takes, for tests that interrupt.
        self.seconds = 0.0
        self._message_number = 900
        self._lock = threading.Lock()
        self.base = ""

    def of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def texts(self) -> list[str]:
        return [str(call.fields["text"]) for call in self.of("sendMessage")]

    def take(self, call: Call) -> tuple[Refusal | None, Any]:
        """Note the call and say what to answer."""
        with self._lock:
            waiting = self.next.get(call.method)
            refusal = waiting.pop(0) if waiting else None
            if refusal is None and str(call.fields.get("chat_id")) in self.blocked:
                refusal = Refusal(403, "Forbidden: bot was blocked by the user")
            if refusal is None or refusal.cut or refusal.hang:
                self.calls.append(call)
            self._message_number += 1
            return refusal, self._result(call)

    def _result(self, call: Call) -> Any:
        if call.method == "getMe":
            return {"id": 123456789, "is_bot": True, "first_name": "Desk", "username": "desk_bot"}
        if call.method == "getFile":
            return {"file_id": call.fields["file_id"], "file_path": f"files/{call.fields['file_id']}"}
        if call.method.startswith("send"):
            return {"message_id": self._message_number, "chat": {"id": int(call.fields["chat_id"])}}
        return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def api(self) -> BotApi:
        return cast("_Server", self.server).api

    def do_GET(self) -> None:
        match = _PATH.match(self.path)
        if match is None or not match["file"] or match["token"] != TOKEN:
            return self._answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        content = self.api.files.get(match["rest"].removeprefix("files/"))
        if content is None:
            return self._answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        return self._bytes(200, content, "application/octet-stream")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match = _PATH.match(self.path)
        if match is None or match["token"] != TOKEN:
            return self._answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        refusal, result = self.api.take(self._call(match["rest"], body))
        self.api.over.wait(self.api.seconds)
        if refusal is None:
            return self._answer(200, {"ok": True, "result": result})
        if refusal.hang:
            self.api.over.wait(30)
        if refusal.hang or refusal.cut:
            self.close_connection = True
            return None
        told: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
        if refusal.retry_after is not None:
            told["parameters"] = {"retry_after": refusal.retry_after}
        return self._answer(refusal.status, told)

    def _call(self, method: str, body: bytes) -> Call:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("application/json"):
            return Call(method, json.loads(body))
        form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        call = Call(method, {})
        for part in cast(Iterator[EmailMessage], form.iter_parts()):
            name = str(part.get_param("name", header="content-disposition"))
            content = cast(bytes, part.get_payload(decode=True))
            if file_name := part.get_filename():
                call.files[name] = (file_name, content)
            else:
                call.fields[name] = content.decode()
        return call

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        self._bytes(status, json.dumps(told).encode(), "application/json")

    def _bytes(self, status: int, content: bytes, kind: str) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the caller was killed while it waited
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class named it
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: BotApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


@contextmanager
def running_bot_api() -> Iterator[BotApi]:
    api = BotApi()
    with _Server(api) as server:
        api.base = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            api.over.set()
            server.shutdown()
            thread.join()
