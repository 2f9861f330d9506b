"""Saves a report with its filters under a name, and deletes it again."""

from __future__ import annotations

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
    """What the form holds; recipients are separated by commas or lines."""

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
    recipients = _addresses(draft.recipients)
    wrong = {}
    if not name:
        wrong["name"] = "Give it a name."
    if draft.every not in Every.values:
        wrong["every"] = "Choose one of the list."
    if draft.every and not recipients:
        wrong["recipients"] = "Say who gets the mail."
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


def _addresses(text: str) -> list[str]:
    found = list(dict.fromkeys(part.strip() for part in text.replace("\n", ",").split(",") if part.strip()))
    if len(found) > MOST_RECIPIENTS:
        raise Invalid("Too many receivers.", fields={"recipients": f"At most {MOST_RECIPIENTS}."})
    for address in found:
        try:
            validate_email(address)
        except ValidationError as error:
            raise Invalid("This is no address.", fields={"recipients": f"{address} is no address."}) from error
        if not address.isascii():
            raise Invalid("This is no address.", fields={"recipients": f"{address} is no address."})
    return found
