"""How many stand in the list behind a figure, by the figure's own link."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from django.urls import reverse

from people.models import Agent
from reports.backlog_list import listed
from reports.counted import counted
from reports.fact_filters import FactFilters


def count_behind(viewer: Agent, link: str, *, now: datetime, zone: ZoneInfo) -> int:
    address = urlsplit(link)
    values = {name: found[0] for name, found in parse_qs(address.query).items()}
    filters = FactFilters.from_query(values, now=now, zone=zone)
    if address.path == reverse("reports:backlog-tickets"):
        return listed(viewer, filters, values, now=now).count()
    return counted(viewer, filters, values["set"]).count()
