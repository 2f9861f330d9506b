"""Documents are true: their links lead somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

from django.core.management import call_command

from tests.architecture.source import ROOT, name_of, told

# A file of ours as documents name it; with no folder, or in code to be written, it may be anybody's.
FILE = re.compile(
    r"`((?:api|channels_in|core|helpdesk|live|notifications|people|portal|reports|routing|sla|static|templates|tests|tickets"
    r"|workspace)/[\w./-]*)(?::[^`]*)?`"
)
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


def test_files_that_documents_name_exist() -> None:
    gone = [
        f"{name_of(document)} -> {name}"
        for document in documents()
        for name in FILE.findall(document.read_text(encoding="utf-8"))
        if not (ROOT / name).exists()
    ]
    assert not gone, told(gone, "Name what is there:")


def test_every_setting_of_the_environment_is_explained() -> None:
    asked = re.compile(r"(?:env\.\w+|demanded|days_kept|secret|service_url|environ\.get)\(\s*[\"']([A-Z_]+)[\"']")
    sources = [*(ROOT / "helpdesk/settings").glob("*.py"), *(ROOT / "helpdesk/management").rglob("*.py")]
    names = {name for path in sources for name in asked.findall(path.read_text(encoding="utf-8"))}
    explained = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    missing = sorted(name for name in names if f"`{name}`" not in explained)
    assert not missing, told(missing, "Explain these variables in docs/operations.md (Settings):")


def test_documents_made_from_the_code_are_up_to_date() -> None:
    call_command("write_docs", check=True)
