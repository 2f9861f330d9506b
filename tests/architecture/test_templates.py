"""Templates obey the content policy: nothing inline, nothing declared safe, no decisions hidden in attributes."""

import re

import pytest

from reports.definitions import REPORTS
from tests.architecture.source import ROOT, name_of, templates, told

RULES: dict[str, tuple[str, str]] = {
    "inline script": (r"<script(?![^>]*\ssrc=)[^>]*>", "put the code into an ES module under static/"),
    "inline style": (r"<style\b|\sstyle\s*=", "use a class (the content policy refuses inline styles)"),
    "inline handler": (r"\son[a-z]+\s*=\s*[\"']", "wire a data- attribute in an ES module"),
    "htmx script": (r"\bhx-on\b|\bhx-vals\s*=\s*[\"']js:|[\"']js:|\bhx-on:", "wire a data- attribute in an ES module"),
    "javascript link": (r"javascript:", "use a button and an ES module"),
    "safe filter": (r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off", "let Django escape it, or sanitise it in core/html.py"),
    "eval": (r"\bhx-eval\b|\ballow-eval\b", "no evaluated code"),
}
# "rule: path" -> the reason
EXCEPTIONS: dict[str, str] = {}
# An e-mail client has no content policy, and knows no style sheets either.
MAIL_FOLDERS = ("/email/", "/mail/")


@pytest.mark.parametrize("rule", RULES)
def test_templates_hold_no(rule: str) -> None:
    pattern, remedy = RULES[rule]
    found = [
        f"{name_of(path)}:{number}"
        for path in templates()
        if path.suffix != ".txt" and f"{rule}: {name_of(path)}" not in EXCEPTIONS and not is_mail(name_of(path))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line, re.IGNORECASE)
    ]
    assert not found, told(found, f"{rule}: {remedy}")


def test_every_icon_of_a_template_is_in_the_sprite() -> None:
    there = set(re.findall(r'id="([a-z0-9-]+)"', (ROOT / "static/icons/sprite.svg").read_text(encoding="utf-8")))
    found = [
        f"{name_of(path)}: {icon}"
        for path in templates()
        for icon in re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
        if icon not in there
    ]
    found += [f"the report {report.slug}: {report.icon}" for report in REPORTS.values() if report.icon not in there]
    assert not found, told(found, "an icon that is not there is an empty place: take one of the sprite, or add it")


def is_mail(name: str) -> bool:
    return any(folder in name for folder in MAIL_FOLDERS) and "/demo/" not in name
