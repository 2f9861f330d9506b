"""An OAuth 2 provider: codes with PKCE, rotating refresh tokens (an old one is worthless), apps, and token checks."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT_ID, CLIENT_SECRET = "desk-app", "app-secret"


@dataclass
class IdentityProvider:
    """`refuses` makes the token endpoint answer with that error; `status` with that HTTP status."""

    base: str = ""
    account: str = "help"
    seconds: int = 3600
    refuses: str = ""
    status: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    good_refresh: str = ""
    good_access: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def issue(self) -> dict[str, Any]:
        self.good_refresh = secrets.token_urlsafe(12)
        access = secrets.token_urlsafe(12)
        self.good_access.add(access)
        return {"access_token": access, "refresh_token": self.good_refresh, "expires_in": self.seconds}

    def sign_in(self, address: str) -> str:
        """What the person's click on "Allow" does: the code for the address they came with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = query["code_challenge"]
        return code

    def token(self, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        with self.lock:
            self.asked.append(fields)
            if self.status:
                return self.status, {}
            if self.refuses:
                return 400, {"error": self.refuses, "error_description": "canary of the provider"}
            if (fields.get("client_id"), fields.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
                return 401, {"error": "invalid_client"}
            return (200, self.issue()) if self._is_granted(fields) else (400, {"error": "invalid_grant"})

    def _is_granted(self, fields: dict[str, str]) -> bool:
        if fields["grant_type"] == "client_credentials":
            return True
        if fields["grant_type"] == "refresh_token":
            return bool(self.good_refresh) and fields["refresh_token"] == self.good_refresh
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return self.codes.pop(fields.get("code", ""), None) == challenge


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def do_GET(self) -> None:
            """Dovecot asks whose token it is."""
            token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
            known = token in provider.good_access
            self._say(200 if known else 401, {"email": provider.account} if known else {"error": "invalid_token"})

        def _say(self, status: int, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
