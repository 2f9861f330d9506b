"""Saves a report with its filters under a name, and deletes it again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.clock import now
from core.errors import Conflict, Invalid, NotFound
from core.text import clean_line
from people.models import Agent
from people.policy import require
from reports.models import Every, SavedReport
from reports.runner import report_for, zone_of
from reports.schedule import next_time

MOST_RECIPIENTS = 20
MOST_SAVED = 50
LONGEST_QUERY = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDraft:
    """What the form holds; recipients are separated by commas, semicolons or lines."""

    name: str
    slug: str
    query: str = ""
    every: str = ""
    recipients: str = ""
    only_if_missed: bool = False


def save_report(owner: Agent, draft: SavedDraft) -> SavedReport:
    report = report_for(owner, draft.slug)
    if len(draft.query) > LONGEST_QUERY:
        raise Invalid(
            "These filters are too long to be kept.", fields={"query": f"At most {LONGEST_QUERY:,} characters."}
        )
    if SavedReport.objects.filter(owner=owner).count() >= MOST_SAVED:
        raise Conflict(f"You have {MOST_SAVED} saved reports. Delete one of them first.")
    report.Filters.from_query(dict(parse_qsl(draft.query)), now=now(), zone=zone_of(owner))
    name = clean_line(draft.name, 120)
    recipients, wrong = _addresses(draft.recipients)
    if not name:
        wrong["name"] = "Give it a name."
    if draft.every not in Every.values:
        wrong["every"] = "Choose one of the list."
    if draft.every and not recipients:
        wrong.setdefault("recipients", "Say who gets the mail.")
    if draft.only_if_missed and report.target is None:
        wrong["only_if_missed"] = "This report has no target."
    if wrong:
        raise Invalid("The report cannot be saved like this.", fields=wrong)
    return SavedReport.objects.create(
        owner=owner,
        name=name,
        slug=draft.slug,
        query=draft.query,
        every=draft.every,
        recipients=recipients,
        only_if_missed=draft.only_if_missed,
        next_at=next_time(draft.every, after=now(), zone=zone_of(owner)),
    )


def delete_saved(owner: Agent, saved_id: int) -> None:
    require(owner, "see_reports")
    deleted, _ = SavedReport.objects.filter(pk=saved_id, owner=owner).delete()
    if not deleted:
        raise NotFound("There is no such report of yours.")


def _addresses(text: str) -> tuple[list[str], dict[str, str]]:
    """The addresses, and what is wrong with them."""
    found = list(dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", text) if part.strip()))
    if len(found) > MOST_RECIPIENTS:
        return [], {"recipients": f"At most {MOST_RECIPIENTS} addresses."}
    wrong = [address for address in found if not _is_address(address)]
    if wrong:
        are = "is no address" if len(wrong) == 1 else "are no addresses"
        return [], {"recipients": f"“{', '.join(wrong)[:200]}” {are}."}
    return found, {}


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return text.isascii()
