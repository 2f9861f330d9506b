"""The conversations of the demo, read from conversations/*.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "conversations"


@dataclass(frozen=True, slots=True)
class Turn:
    who: str  # "customer", "agent" or "note"
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """One conversation with blanks; the story fills in people, orders and times."""

    language: str
    subject: str
    team: str
    tags: tuple[str, ...]
    channels: tuple[str, ...]
    turns: tuple[Turn, ...]
    priority: str = "normal"
    attachment: str = ""
    is_spam: bool = False


@cache
def scripts() -> tuple[Script, ...]:
    found: list[Script] = []
    for path in sorted(FOLDER.glob("*.toml")):
        language = path.stem.split("_")[0]
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [_script(entry, language) for entry in document["conversation"]]
    return tuple(found)


def _script(entry: dict[str, Any], language: str) -> Script:
    return Script(
        language=entry.get("language", "en" if language == "spam" else language),
        subject=entry["subject"],
        team=entry["team"],
        tags=tuple(entry["tags"]),
        channels=tuple(entry["channels"]),
        turns=tuple(Turn(who, text) for who, text in entry["turns"]),
        priority=entry.get("priority", "normal"),
        attachment=entry.get("attachment", ""),
        is_spam=entry.get("spam", False),
    )
