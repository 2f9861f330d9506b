"""Starts and stops the embedded servers together, only those for which no address is given."""

import os
from pathlib import Path

from helpdesk.embedded.postgres import EmbeddedPostgres
from helpdesk.embedded.valkey import EmbeddedValkey
from helpdesk.var_files import SERVICES_FILE, write_private


class EmbeddedServices:
    """`urls` holds the addresses of what was started; every later `manage.py` finds them too."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        self.servers: list[EmbeddedPostgres | EmbeddedValkey] = []
        self.urls: dict[str, str] = {}

    def start(self, *, durable: bool = True) -> dict[str, str]:
        try:
            if not os.environ.get("DATABASE_URL"):
                self.urls["DATABASE_URL"] = self._postgres(durable)
            if not os.environ.get("REDIS_URL"):
                self.urls["REDIS_URL"] = self._valkey(durable)
        except BaseException:
            self.stop()
            raise
        write_private(self.var_dir / SERVICES_FILE, self.urls)
        return self.urls

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()
        self.servers.clear()

    def _postgres(self, durable: bool) -> str:
        server = EmbeddedPostgres(self.var_dir, durable=durable)
        self.servers.append(server)
        server.start()
        return server.url

    def _valkey(self, durable: bool) -> str:
        server = EmbeddedValkey(self.var_dir, durable=durable)
        self.servers.append(server)
        server.start()
        return server.url
