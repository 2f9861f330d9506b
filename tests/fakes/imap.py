"""An IMAP server that misbehaves on demand: hangs up, falls silent, talks nonsense, has no IDLE."""

from __future__ import annotations

import re
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_UIDS = re.compile(rb"UID (?:FETCH|SEARCH UID) ([\d:,*]+)")


@dataclass
class ScriptedImap:
    """`mails` by UID. `breaks_over`: fetching this UID ends the connection; `bye_at`: so does this command."""

    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    generation: int = 7
    breaks_over: int = 0
    bye_at: bytes = b""
    nonsense_at: bytes = b""
    # From this command on it says the same without end.
    flood_at: bytes = b""
    flood: bytes = b""
    can_idle: bool = True
    is_deaf_in_idle: bool = False
    # A mail that comes while the server answers a search: it is told with the answer, as servers do, and not again.
    comes_in_between: bytes = b""
    sessions: int = 0
    commands: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def chosen(self, line: bytes) -> list[int]:
        found = _UIDS.search(line)
        spans = (found[1] if found else b"").split(b",")
        top = max(self.mails, default=0)
        uids: set[int] = set()
        for span in spans:
            low, _, high = span.partition(b":")
            last = top if high == b"*" else int(high or low)
            uids |= {uid for uid in self.mails if int(low) <= uid <= last}
        return sorted(uids)


class _Handler(socketserver.StreamRequestHandler):
    imap: ScriptedImap

    def handle(self) -> None:
        self.imap.sessions += 1
        self.say(b"* OK ready")
        try:
            while line := self.rfile.readline():
                tag, _, command = line.strip().partition(b" ")
                self.imap.commands.append(command)
                while self.imap.flood_at and command.startswith(self.imap.flood_at) and not self.imap.over.is_set():
                    self.wfile.write(self.imap.flood * 1000)  # until the other side hangs up
                if not self.answer(tag, command):
                    return
        except OSError:
            return

    def answer(self, tag: bytes, command: bytes) -> bool:
        imap = self.imap
        if imap.bye_at and command.startswith(imap.bye_at):
            imap.bye_at = b""
            self.say(b"* BYE going down")
            return False
        if imap.nonsense_at and command.startswith(imap.nonsense_at):
            imap.nonsense_at = b""
            self.say(b"* 1 FETCH (UID ]]] \xff\x00 {7")
            self.say(tag + b" OK done")
            return True
        verb = command.split(b" ")[0].upper()
        if verb == b"CAPABILITY":
            self.say(b"* CAPABILITY IMAP4rev1" + (b" IDLE" if imap.can_idle else b""))
        elif verb == b"EXAMINE":
            self.say(b"* %d EXISTS" % len(imap.mails))
            self.say(b"* OK [UIDVALIDITY %d] x" % imap.generation)
            self.say(b"* OK [UIDNEXT %d] x" % (max(imap.mails, default=0) + 1))
        elif verb == b"LOGOUT":
            self.say(b"* BYE")
        elif verb == b"IDLE":
            return self.idle(tag)
        elif command.upper().startswith(b"UID SEARCH"):
            self.say(b"* SEARCH" + b"".join(b" %d" % uid for uid in imap.chosen(command)))
            if imap.comes_in_between:
                imap.mails[max(imap.mails, default=0) + 1], imap.comes_in_between = imap.comes_in_between, b""
                self.say(b"* %d EXISTS" % len(imap.mails))
        elif command.upper().startswith(b"UID FETCH"):
            return self.fetch(tag, command)
        self.say(tag + b" OK done")
        return verb != b"LOGOUT"

    def idle(self, tag: bytes) -> bool:
        self.say(b"+ idling")
        if self.imap.is_deaf_in_idle:
            self.imap.is_deaf_in_idle = False
            self.imap.over.wait(20)
            return False
        self.rfile.readline()
        self.say(tag + b" OK done")
        return True

    def fetch(self, tag: bytes, command: bytes) -> bool:
        wants_body = b"BODY.PEEK[]" in command
        for number, uid in enumerate(self.imap.chosen(command), 1):
            raw = self.imap.mails[uid]
            if not wants_body:
                arrived = time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime()).encode()
                self.say(b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "%s")' % (number, uid, len(raw), arrived))
            elif uid == self.imap.breaks_over:
                return False
            else:
                self.wfile.write(b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (number, uid, len(raw), raw))
        self.say(tag + b" OK done")
        return True

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def scripted_imap() -> Iterator[ScriptedImap]:
    imap = ScriptedImap()
    handler = type("Handler", (_Handler,), {"imap": imap})
    server = _Server(("127.0.0.1", 0), handler)
    imap.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield imap
    finally:
        imap.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
