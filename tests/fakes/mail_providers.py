"""The web interfaces of mail providers: each takes mail by its own contract, answers as it does, refuses on demand."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Taken:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class ProviderServer:
    """`next` holds the answers of the coming calls in place of the usual ones; CUT drops the line unanswered."""

    base: str = ""
    taken: list[Taken] = field(default_factory=list)
    next: list[Answer | str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)


CUT = "cut"


def told(status: int, body: Any, **headers: str) -> Answer:
    return status, headers, json.dumps(body).encode()


_TO = "ana@customer.example"
# Path -> the usual answer, as the provider's own documents show it.
USUAL: dict[str, Callable[[], Answer]] = {
    "/v3/mg.desk.example/messages": lambda: told(
        200, {"id": "<mg-1@mg.desk.example>", "message": "Queued. Thank you."}
    ),
    "/email": lambda: told(
        200, {"To": _TO, "SubmittedAt": "2026-11-21", "MessageID": "pm-1", "ErrorCode": 0, "Message": "OK"}
    ),
    "/mail/send": lambda: (202, {"X-Message-Id": "sg-1"}, b""),
    "/v3.1/send": lambda: told(
        200,
        {
            "Messages": [
                {
                    "Status": "success",
                    "To": [{"Email": _TO, "MessageUUID": "u", "MessageID": 456, "MessageHref": "x"}],
                    "Cc": [],
                    "Bcc": [],
                }
            ]
        },
    ),
    "/smtp/email": lambda: told(201, {"messageId": "<brevo-1@smtp-relay.mailin.fr>"}),
    "/resend/emails": lambda: told(200, {"id": "re-1"}),
    "/messages/send.json": lambda: told(200, [{"email": _TO, "status": "sent", "_id": "md-1"}]),
    "/transmissions": lambda: told(
        200, {"results": {"total_rejected_recipients": 0, "total_accepted_recipients": 1, "id": "sp-1"}}
    ),
    "/transmissions/": lambda: USUAL["/transmissions"](),
    "/mailersend/email": lambda: (202, {"X-Message-Id": "ms-1", "Content-Type": "text/html"}, b""),
    "/api/send": lambda: told(200, {"success": True, "message_ids": ["mt-1"]}),
    "/api/v1/send/message": lambda: told(
        200, {"status": "success", "data": {"message_id": "p-1@postal", "messages": {_TO: {"id": 1, "token": "t"}}}}
    ),
    "/uni/email/send.json": lambda: told(200, {"status": "success", "job_id": "un-1", "emails": [_TO]}),
    "/scaleway/emails": lambda: told(
        200, {"emails": [{"id": "sc-1", "message_id": "m", "mail_rcpt": _TO, "status": "new"}]}
    ),
    "/v2/email/outbound-emails": lambda: told(200, {"MessageId": "ses-1"}),
}


@contextmanager
def running_providers() -> Iterator[ProviderServer]:
    state = ProviderServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            answer: Answer | str = state.next.pop(0) if state.next else ""
            if not answer:
                known = USUAL.get(path)
                answer = known() if known else told(404, {"message": f"No such path {path}"})
            if answer == CUT or cast(Answer, answer)[0] < 300:
                state.taken.append(Taken(path, {k.lower(): v for k, v in self.headers.items()}, body))
            self._give(answer)

        def do_GET(self) -> None:
            state.taken.append(Taken(self.path, {k.lower(): v for k, v in self.headers.items()}, b""))
            self._give(state.answers.get(self.path, told(404, {"message": "not here"})))

        def _give(self, answer: Answer | str) -> None:
            if isinstance(answer, str):
                self.close_connection = True
                return
            status, headers, content = answer
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_request(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
