"""A real Dovecot: IMAP, POP3 and LMTP for any user, with the password "secret" or a token of the fake provider."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.peers.certificates import Certificate, certificate
from tests.peers.ports import all_answer, free_ports, program

PASSWORD = "secret"
ATTEMPTS = 3

_CONFIG = """
protocols = imap pop3 lmtp
listen = 127.0.0.1
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
default_internal_user = {user}
default_login_user = {login_user}
default_internal_group = {group}
first_valid_uid = 0
first_valid_gid = 0
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2
mail_location = maildir:{base}/mail/%u
mail_max_userip_connections = 50
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {base}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
  # Wrong passwords would slow down the tests after them.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
_OAUTH2 = """
tokeninfo_url = {url}
introspection_mode =
username_attribute = email
"""


@dataclass
class Dovecot:
    base: Path
    imap: int
    imaps: int
    pop3: int
    pop3s: int
    lmtp: int
    tls: Certificate
    doveadm: str

    def folder(self, user: str, name: str = "INBOX") -> Path:
        path = self.base / "mail" / user
        return path if name == "INBOX" else path / f".{name}"

    def put(self, user: str, mails: Sequence[bytes], *, name: str = "INBOX") -> None:
        """Straight into the Maildir, as a delivery does: written aside, then moved."""
        folder = self.folder(user, name)
        for path in (folder, *(folder / part for part in ("tmp", "new", "cur"))):
            path.mkdir(parents=True, exist_ok=True)
            os.chown(path, *_mail_owner())
        taken = len(list((folder / "new").iterdir())) + len(list((folder / "cur").iterdir()))
        for number, raw in enumerate(mails, taken):
            file = folder / "tmp" / f"{1700000000 + number}.M{number}P{os.getpid()}.peer"
            file.write_bytes(raw)
            os.chown(file, *_mail_owner())
            file.rename(folder / "new" / file.name)

    def renumber(self, user: str) -> None:
        """A new UIDVALIDITY, as after a move to another server."""
        book = self.folder(user) / "dovecot-uidlist"
        before = re.search(r" V(\d+)", book.read_text())
        assert before is not None
        for file in self.folder(user).glob("dovecot*"):
            file.unlink()
        book.write_text(f"3 V{int(before[1]) + 1} N1\n")
        os.chown(book, *_mail_owner())

    def ask(self, *arguments: str) -> str:
        command = [self.doveadm, "-c", str(self.base / "dovecot.conf"), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def dovecot(*, token_info_url: str = "http://127.0.0.1:9/") -> Iterator[Dovecot]:
    # Unix sockets have short names: not below pytest's deep folders.
    base = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    base.chmod(0o755)
    for name in ("mail", "home"):
        (base / name).mkdir()
        os.chown(base / name, *_mail_owner())
    (base / "oauth2.conf").write_text(_OAUTH2.format(url=token_info_url))
    peer, process = _started(base)
    try:
        yield peer
    finally:
        _end(process)
        shutil.rmtree(base, ignore_errors=True)


def _started(base: Path) -> tuple[Dovecot, subprocess.Popen[bytes]]:
    """Tries other ports when somebody took one of the five between the look and the start."""
    server = program("dovecot", "dovecot-imapd dovecot-pop3d dovecot-lmtpd")
    doveadm = program("doveadm", "dovecot-core")
    tls = certificate(base)
    for _ in range(ATTEMPTS):
        imap, imaps, pop3, pop3s, lmtp = ports = free_ports(5)
        peer = Dovecot(base, imap, imaps, pop3, pop3s, lmtp, tls, doveadm)
        (base / "dovecot.conf").write_text(_configuration(peer))
        process = subprocess.Popen([server, "-F", "-c", str(base / "dovecot.conf")])
        if all_answer(ports, process):
            return peer, process
        _end(process)
    log = base / "log"
    pytest.fail(f"Dovecot did not start: {log.read_text()[-2000:] if log.exists() else 'it said nothing'}")


def _configuration(peer: Dovecot) -> str:
    user, login_user, group = _accounts()
    uid, gid = _mail_owner()
    return _CONFIG.format(
        base=peer.base, user=user, login_user=login_user, group=group, uid=uid, gid=gid, password=PASSWORD,
        cert=peer.tls.cert, key=peer.tls.key,
        imap=peer.imap, imaps=peer.imaps, pop3=peer.pop3, pop3s=peer.pop3s, lmtp=peer.lmtp,
    )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)


def _accounts() -> tuple[str, str, str]:
    """Under root, Dovecot insists on accounts of its own; its packages make them."""
    if os.getuid() == 0:
        return "dovecot", "dovenull", "dovecot"
    return getpass.getuser(), getpass.getuser(), grp.getgrgid(os.getgid()).gr_name


def _mail_owner() -> tuple[int, int]:
    """Dovecot opens no mailbox as root."""
    account = pwd.getpwnam("mail") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    return account.pw_uid, account.pw_gid
