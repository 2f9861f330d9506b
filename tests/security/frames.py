"""Every type of frame of the two sockets, read from the source, so that a new one cannot be forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, nodes

AGENT_CONSUMER, CHAT_CONSUMER = ROOT / "live/consumers.py", ROOT / "portal/consumers.py"
# An order to the live processes themselves, and the word of ASGI: no browser ever receives them.
NOT_FOR_BROWSERS = {"leave", "websocket.send"}
_SEALED = re.compile(r'\A\{"type":"([\w.]+)"')


def frames_in(consumer: Path) -> set[str]:
    """The keys of the consumer's table of handlers."""
    tables = [
        node.value
        for node in nodes(consumer)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "handlers"
    ]
    return {word for table in tables if isinstance(table, ast.Dict) for key in table.keys for word in _words(key)}


def agent_frames_out() -> set[str]:
    return {*_written(sorted((ROOT / "live").glob("*.py")))} - NOT_FOR_BROWSERS


def chat_frames_out() -> set[str]:
    files = [*sorted((ROOT / "portal").glob("*.py")), *sorted((ROOT / "channels_in/webchat").rglob("*.py"))]
    # The hub tells every socket of a lost Redis.
    return {*_written(files), *_written([ROOT / "live/hub.py"])} - NOT_FOR_BROWSERS


def _written(files: list[Path]) -> Iterator[str]:
    """`{"type": "word", ...}`, `answer(type="word")` and `'{"type":"word"}'`."""
    for path in files:
        for node in nodes(path):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "type":
                        yield from _words(value)
            elif isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg == "type":
                        yield from _words(keyword.value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from _SEALED.findall(node.value)


def _words(node: ast.expr | None) -> list[str]:
    """The word that is written there, if it is one."""
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
