"""`parse_email [FILE ...]`: the normal form of mails as JSON lines; needs no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from channels_in.email.parse import as_json, parse


class Command(BaseCommand):
    help = "Print the normal form of a mail (standard input) or of several files, one JSON object a line."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", help="raw mails; standard input when none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[str] = options["files"]
        if not files:
            self._print(as_json(parse(sys.stdin.buffer.read())))
        for name in files:
            self._print({"file": name} | self._normal_form_of(name))

    def _normal_form_of(self, name: str) -> dict[str, Any]:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            return as_json(parse(b"")) | {"problems": [f"file_unreadable: {error.strerror}"]}
        return as_json(parse(raw))

    def _print(self, shown: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(shown, ensure_ascii=False))
