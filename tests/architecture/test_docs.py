"""Documents are true: their links lead somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

from tests.architecture.source import ROOT, name_of, told

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{name_of(document)} -> {target}"
        for document in documents()
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if not target.startswith(("http://", "https://", "mailto:", "#"))
        if not (document.parent / unquote(target.partition("#")[0])).exists()
    ]
    assert not broken, told(broken, "Correct these links:")
