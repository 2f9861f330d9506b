"""Where the collections come from: Python and Debian source packages, fetched once by their ordinary clients."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

SDISTS = ("flufl.bounce", "talon", "django-mailbox", "mailman", "dkimpy", "tnefparse")
DEBIAN_SOURCES = ("request-tracker5", "notmuch", "libmail-deliverystatus-bounceparser-perl")
PYTHON_TESTS = "libpython3.11-testsuite"
_PATIENCE = 300


def fetch(place: Path) -> dict[str, Path]:
    """The folder of each collection that could be had; the others are named on the way."""
    found: dict[str, Path] = {}
    for name in SDISTS:
        _keep(found, name, _sdist(name, place / name))
    apt = _Apt(place / "apt")
    for name in DEBIAN_SOURCES:
        _keep(found, name, apt.source(name, place / name))
    _keep(found, "cpython", _python_tests() or apt.binary(PYTHON_TESTS, place / "cpython"))
    return found


def _keep(found: dict[str, Path], name: str, folder: Path | None) -> None:
    if folder is None:
        print(f"{name}: not reachable, left out")
    else:
        found[name] = folder


def _sdist(name: str, folder: Path) -> Path | None:
    if not _is_full(folder):
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
        if not _run([*command, "-d", str(folder), name]):
            return None
        _unpack(folder)
    return folder if _is_full(folder) else None


def _python_tests() -> Path | None:
    """The data of the running Python's own mail tests, where they were installed with it."""
    folder = Path(os.__file__).parent / "test" / "test_email"
    return folder if (folder / "data").is_dir() else None


class _Apt:
    """apt with lists of its own, so that it needs no root and changes nothing of the machine's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_ready: bool | None = None

    def source(self, name: str, folder: Path) -> Path | None:
        return self._get(["source", "--download-only", "-q", name], folder)

    def binary(self, name: str, folder: Path) -> Path | None:
        return self._get(["download", "-q", name], folder)

    def _get(self, command: list[str], folder: Path) -> Path | None:
        if _is_full(folder):
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        if not self._prepare():
            return None
        # Debian's own changes to a source may be gone from a mirror that still has the source itself.
        _run(["apt-get", *command], cwd=folder, env=self._environment())
        _unpack(folder)
        return folder if _is_full(folder) else None

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "APT_CONFIG": str(self._folder / "apt.conf")}

    def _prepare(self) -> bool:
        if self._is_ready is None:
            for part in ("lists/partial", "cache/archives/partial"):
                (self._folder / part).mkdir(parents=True, exist_ok=True)
            lines = "".join(f"{kind} http://deb.debian.org/debian bookworm main\n" for kind in ("deb", "deb-src"))
            (self._folder / "sources.list").write_text(lines)
            settings = {"Dir::Etc::sourcelist": "sources.list", "Dir::State::lists": "lists", "Dir::Cache": "cache"}
            conf = "".join(f'{key} "{self._folder / value}";\n' for key, value in settings.items())
            (self._folder / "apt.conf").write_text(f'{conf}Dir::Etc::sourceparts "/dev/null";\n')
            self._is_ready = _run(["apt-get", "-q", "update"], env=self._environment())
        return self._is_ready


def _run(command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> bool:
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _is_full(folder: Path) -> bool:
    return folder.is_dir() and any(item.is_dir() for item in folder.iterdir())


def _unpack(folder: Path) -> None:
    for archive in sorted(folder.iterdir()):
        if archive.suffix == ".deb":
            _run(["dpkg-deb", "-x", str(archive), str(folder / "unpacked")])
        elif ".tar." in archive.name and not archive.name.endswith((".asc", ".debian.tar.xz")):
            with tarfile.open(archive) as tar:
                tar.errorlevel = 0  # a link that leads outside is left out; the mails are plain files
                tar.extractall(folder, filter="data")
