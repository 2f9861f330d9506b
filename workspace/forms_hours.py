"""The form of business hours: the week, whose hours they are, and the days that are different."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from holidays.registry import COUNTRIES

from people.models import Team
from sla.ical import MAX_BYTES
from sla.models import BusinessHours, HolidaySource
from sla.services.holidays import countries
from sla.services.hours import HoursDraft
from tickets.models import Brand, Inbox
from workspace.forms_promises import Section, read_field
from workspace.spans import days_in, days_text, periods_in, periods_text

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class HoursForm(forms.Form):
    name = forms.CharField(max_length=80)
    time_zone = forms.ChoiceField(
        label="Time zone", choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())]
    )
    country = forms.ChoiceField(label="Public holidays of", required=False)
    region = forms.CharField(required=False, max_length=24)
    holidays = forms.CharField(
        label="Own days",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One a line: 2026-12-27 Stocktaking is closed all day; 2026-12-24 09:00-12:00 Christmas Eve is open"
        " then only, public holiday or not.",
    )
    feed_url = forms.CharField(
        label="Calendar on the web",
        required=False,
        max_length=1000,
        help_text="The address of an iCal calendar. Its whole-day events are closed days; it is read once a day.",
    )
    calendar = forms.FileField(
        label="Calendar from a file",
        required=False,
        help_text="An .ics file. Its whole-day events replace those of the file before.",
    )
    team_ids = forms.MultipleChoiceField(
        label="Hours of these teams", required=False, widget=forms.CheckboxSelectMultiple
    )
    inbox_ids = forms.MultipleChoiceField(
        label="Hours of these inboxes", required=False, widget=forms.CheckboxSelectMultiple
    )
    brand_ids = forms.MultipleChoiceField(
        label="Hours of these brands", required=False, widget=forms.CheckboxSelectMultiple
    )
    is_default = forms.BooleanField(label="Hours of all that have none", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, day in enumerate(WEEK):
            self.fields[f"day_{number}"] = forms.CharField(label=day, required=False, max_length=200)
        self.fields["country"].choices = [("", "—"), *country_names()]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["team_ids"].choices = _named(Team)  # type: ignore[attr-defined]  # a MultipleChoiceField
        self.fields["inbox_ids"].choices = _named(Inbox)  # type: ignore[attr-defined]  # a MultipleChoiceField
        self.fields["brand_ids"].choices = _named(Brand)  # type: ignore[attr-defined]  # a MultipleChoiceField
        regions = countries().get(str(self["country"].value() or ""), [])
        known = ", ".join(regions[:40]) + (" …" if len(regions) > 40 else "")
        self.fields["region"].help_text = (
            f"One of {known}" if regions else "Its code, such as BY; empty means nationwide."
        )

    @staticmethod
    def values_of(hours: BusinessHours | None, *, zone: str) -> dict[str, Any]:
        """New ones are those of whoever makes them."""
        if hours is None:
            return {"time_zone": zone, **{f"day_{number}": "09:00-17:00" for number in range(5)}}
        days = {f"day_{number}": periods_text(hours.periods, number) for number in range(7)}
        own = [day for day in hours.holidays.all() if day.source == HolidaySource.OWN]
        uses = list(hours.uses.all())
        names = ("name", "time_zone", "country", "region", "feed_url", "is_default")
        return {
            **{name: getattr(hours, name) for name in names},
            "holidays": days_text((day.date, day.name, [(a, b) for a, b in day.periods]) for day in own),
            "team_ids": [str(use.team_id) for use in uses if use.team_id],
            "inbox_ids": [str(use.inbox_id) for use in uses if use.inbox_id],
            "brand_ids": [str(use.brand_id) for use in uses if use.brand_id],
            **days,
        }

    def clean(self) -> None:
        values = self.cleaned_data
        periods: list[tuple[int, int, int]] = []
        for number in range(7):
            periods += read_field(self, f"day_{number}", partial(periods_in, number)) or []
        if not periods and not self.errors:
            self.add_error("day_0", "Open at least once a week.")
        values["periods"] = periods
        values["days"] = read_field(self, "holidays", days_in) or []
        file = values.get("calendar")
        if isinstance(file, UploadedFile) and (file.size or 0) > MAX_BYTES:
            self.add_error("calendar", f"At most {MAX_BYTES:,} bytes.")

    def draft(self) -> HoursDraft:
        values = self.cleaned_data
        file = values["calendar"]
        names = ("name", "time_zone", "periods", "country", "feed_url", "is_default")
        return HoursDraft(
            **{name: values[name] for name in names},
            region=_region(values["country"], values["region"].strip()),
            holidays=[(day, name) for day, name, spans in values["days"] if not spans],
            special_days=[day for day in values["days"] if day[2]],
            calendar=file.read() if file else b"",
            team_ids=[int(pk) for pk in values["team_ids"]],
            inbox_ids=[int(pk) for pk in values["inbox_ids"]],
            brand_ids=[int(pk) for pk in values["brand_ids"]],
        )

    def plain_fields(self) -> list[BoundField]:
        return [self["name"], self["time_zone"]]

    def week_section(self) -> Section:
        return Section([self[f"day_{number}"] for number in range(7)])

    def day_section(self) -> Section:
        return Section([self[name] for name in ("country", "region", "holidays", "feed_url", "calendar")])

    def use_section(self) -> Section:
        """A choice among nothing is left out."""
        fields = [self[name] for name in ("team_ids", "inbox_ids", "brand_ids", "is_default")]
        return Section([field for field in fields if not field.name.endswith("_ids") or field.field.choices])  # type: ignore[attr-defined]  # choice fields


@cache
def country_names() -> tuple[tuple[str, str], ...]:
    """The countries of the `holidays` package by name: its classes are named so."""
    known = countries()
    named = {code: _WORDS.sub(" ", name) for name, code, *_ in COUNTRIES.values() if code in known}
    return tuple(sorted(named.items(), key=lambda pair: pair[1]))


def _region(country: str, text: str) -> str:
    """As the package spells it, whatever the case."""
    return next((name for name in countries().get(country, []) if name.lower() == text.lower()), text)


def _named(model: type[Team] | type[Inbox] | type[Brand]) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in model.objects.order_by("name").values_list("pk", "name")]
