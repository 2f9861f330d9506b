"""A real Postfix of a test's own: takes mail at one port and hands all of it to another server."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpdesk.embedded.processes import free_port
from tests.peers.ports import program, wait_for

_MAIN = """
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = {owner}
setgid_group = {group}
myhostname = border.example
mydestination =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
maillog_file = {base}/log
maillog_file_prefixes = {base}
recipient_delimiter = +
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
virtual_mailbox_domains = desk.example
virtual_mailbox_maps = static:all
virtual_transport = {transport}
smtp_tls_security_level = may
lmtp_tls_security_level = may
smtputf8_enable = no
"""
_MASTER = """
{port}    inet  n       -       n       -       -       smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
lmtp      unix  -       -       n       -       -       lmtp
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
proxymap  unix  -       -       n       -       -       proxymap
proxywrite unix -       -       n       -       1       proxymap
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
postlog   unix-dgram n  -       n       -       1       postlogd
"""


@dataclass
class Postfix:
    base: Path
    port: int

    def flush(self) -> None:
        subprocess.run(["postqueue", "-c", str(self.base), "-f"], check=False, capture_output=True)

    def log(self) -> str:
        return (self.base / "log").read_text() if (self.base / "log").exists() else ""


@contextmanager
def postfix(transport: str) -> Iterator[Postfix]:
    """`transport`: where all mail for desk.example goes, such as `lmtp:inet:127.0.0.1:2424`."""
    command = program("postfix", "postfix")
    if os.getuid() != 0:
        pytest.skip("Postfix starts as root only")
    base = Path(tempfile.mkdtemp(prefix="postfix-", dir="/tmp"))
    base.chmod(0o755)
    for name in ("queue", "data"):
        (base / name).mkdir()
    shutil.chown(base / "data", "postfix")
    port = free_port()
    owner = pwd.getpwnam("postfix").pw_name if os.getuid() == 0 else getpass.getuser()
    filled = _MAIN.format(base=base, owner=owner, group=grp.getgrnam("postdrop").gr_name, transport=transport)
    (base / "main.cf").write_text(filled)
    (base / "master.cf").write_text(_MASTER.format(port=port))
    peer = Postfix(base, port)
    started = subprocess.run([command, "-c", str(base), "start"], check=False, capture_output=True, text=True)
    assert started.returncode == 0, started.stderr + peer.log()
    try:
        wait_for(port)
        yield peer
    finally:
        subprocess.run([command, "-c", str(base), "stop"], check=False, capture_output=True)
        shutil.rmtree(base, ignore_errors=True)
