"""Looks at what surrounds the desk: Python, packages, settings, files."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from urllib.parse import urlsplit

from django.conf import settings

from helpdesk.doctor.finding import Finding, broken, doubtful, good
from helpdesk.settings.environment import IS_PRODUCTION

SUPPORTED = ((3, 11), (3, 12), (3, 13))
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)\s*(;.*)?$")
FREE_GIGABYTES = 2
GIGABYTE = 1024**3


def python() -> Iterator[Finding]:
    version = sys.version_info[:2]
    name = f"Python {version[0]}.{version[1]}"
    if version in SUPPORTED:
        yield good(name)
    else:
        yield doubtful(f"{name} is not tested", "use Python 3.11, 3.12 or 3.13")


def packages() -> Iterator[Finding]:
    lines = (settings.BASE_DIR / "requirements.txt").read_text(encoding="utf-8").splitlines()
    # Lines with a marker are for some machines only; pip has chosen among them.
    pins = [found.groups() for line in lines if (found := PIN.match(line)) and not found[3]]
    wrong = [f"{name} {installed or 'missing'} instead of {pin}" for name, pin, installed in compared(pins)]
    if wrong:
        yield doubtful(", ".join(wrong[:5]), "run `make run`, or pip install -r requirements.txt")
    else:
        yield good(f"{len(pins)} packages as pinned")


def compared(pins: list[tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """The pins that are not what is installed: name, pinned, installed."""
    for name, pin, *_ in pins:
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed = ""
        if installed != pin:
            yield name, pin, installed


def site() -> Iterator[Finding]:
    address = urlsplit(settings.SITE_URL)
    if address.scheme not in {"http", "https"} or not address.hostname:
        yield broken(f"SITE_URL is '{settings.SITE_URL}'", "set it to the public address, with https://")
    else:
        yield good(f"SITE_URL {settings.SITE_URL}")
    if IS_PRODUCTION and not settings.METRICS_TOKEN:
        yield doubtful("/metrics answers nobody but this machine", "set METRICS_TOKEN and give it to your scraper")
    if settings.DEBUG:
        yield doubtful("DEBUG is on: errors show their insides", "unset DEBUG outside development")


def files() -> Iterator[Finding]:
    for folder in (settings.VAR_DIR, settings.MEDIA_ROOT):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            yield broken(f"{folder} cannot be written", "give it to the user that runs the desk")
    free = shutil.disk_usage(settings.MEDIA_ROOT).free / GIGABYTE
    if free < FREE_GIGABYTES:
        yield broken(f"{free:.1f} GB are free for attachments", "make room, or move VAR_DIR to a larger disk")
    else:
        yield good(f"attachments in {settings.MEDIA_ROOT}, {free:.0f} GB free")
