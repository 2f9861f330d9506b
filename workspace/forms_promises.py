"""Forms of business hours and SLA policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms import BoundField

from people.models import Organization, Team
from sla.models import BusinessHours, Metric, Policy
from sla.services.hours import HoursDraft
from sla.services.policies import PolicyDraft
from tickets.models import Inbox, Priority
from workspace.spans import holidays_in, periods_in, periods_text, seconds_in, span_text

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class HoursForm(forms.Form):
    name = forms.CharField(max_length=80)
    time_zone = forms.ChoiceField(
        label="Time zone", choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())]
    )
    holidays = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One a line: 2026-12-25 Christmas Day. Closed from midnight to midnight.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, day in enumerate(WEEK):
            self.fields[f"day_{number}"] = forms.CharField(label=day, required=False, max_length=200)
        self.fields["day_0"].help_text = "Such as 09:00-12:00, 13:00-17:00; or 22:00-06:00; empty means closed."
        self.order_fields(["name", "time_zone", *(f"day_{number}" for number in range(7)), "holidays"])

    @staticmethod
    def values_of(hours: BusinessHours | None) -> dict[str, Any]:
        if hours is None:
            return {"time_zone": "UTC", **{f"day_{number}": "09:00-17:00" for number in range(5)}}
        days = {f"day_{number}": periods_text(hours.periods, number) for number in range(7)}
        lines = "\n".join(f"{holiday.date.isoformat()} {holiday.name}".strip() for holiday in hours.holidays.all())
        return {"name": hours.name, "time_zone": hours.time_zone, "holidays": lines, **days}

    def clean(self) -> None:
        values = self.cleaned_data
        periods: list[tuple[int, int, int]] = []
        for number in range(7):
            periods += _read(self, f"day_{number}", partial(periods_in, number)) or []
        if not periods and not self.errors:
            self.add_error("day_0", "Open at least once a week.")
        values["periods"] = periods
        values["holidays"] = _read(self, "holidays", holidays_in) or []

    def draft(self) -> HoursDraft:
        values = self.cleaned_data
        return HoursDraft(
            name=values["name"],
            time_zone=values["time_zone"],
            periods=values["periods"],
            holidays=values["holidays"],
        )


class PolicyForm(forms.Form):
    name = forms.CharField(max_length=80)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    position = forms.IntegerField(min_value=0, max_value=9999, help_text="The first policy that fits applies.")
    hours = forms.ModelChoiceField(
        label="Counts in", queryset=BusinessHours.objects.none(), required=False, empty_label="Round the clock"
    )
    warn_percent = forms.IntegerField(label="Warn after percent of the time", min_value=1, max_value=100)
    inbox_ids = forms.MultipleChoiceField(
        label="Only these inboxes", required=False, widget=forms.CheckboxSelectMultiple
    )
    team_ids = forms.MultipleChoiceField(label="Only these teams", required=False, widget=forms.CheckboxSelectMultiple)
    organization_ids = forms.MultipleChoiceField(label="Only these organizations", required=False)
    tags = forms.CharField(label="Only with one of these tags", required=False, help_text="Commas between.")
    pauses_while_snoozed = forms.BooleanField(label="Resolution stands still while snoozed", required=False)
    is_active = forms.BooleanField(label="Switched on", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].queryset = BusinessHours.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        for name, rows in _choices().items():
            self.fields[name].choices = rows  # type: ignore[attr-defined]  # a MultipleChoiceField
        for metric, priority in _pairs():
            label = f"{Metric(metric).label} at {Priority(priority).label.lower()} priority"
            field = forms.CharField(label=label, required=False, max_length=20)
            field.widget.attrs |= {"aria-label": label, "size": "8"}
            self.fields[f"target_{metric}_{priority}"] = field

    @staticmethod
    def values_of(policy: Policy | None) -> dict[str, Any]:
        if policy is None:
            return {"position": 50, "warn_percent": 75, "is_active": True}
        targets = list(policy.targets.all())
        names = ("name", "description", "position", "hours", "pauses_while_snoozed", "is_active")
        return {
            **{name: getattr(policy, name) for name in names},
            **{f"{kind}_ids": [str(pk) for pk in getattr(policy, f"{kind}_ids")] for kind in _KINDS},
            "tags": ", ".join(policy.tags),
            "warn_percent": targets[0].warn_percent if targets else 75,
            **{f"target_{target.metric}_{target.priority}": span_text(target.seconds) for target in targets},
        }

    def clean(self) -> None:
        targets: dict[tuple[str, str], int] = {}
        for metric, priority in _pairs():
            seconds = _read(self, f"target_{metric}_{priority}", seconds_in)
            if seconds:
                targets[metric, priority] = seconds
        if not targets and not self.errors:
            self.add_error(None, "Promise something: set at least one target.")
        self.cleaned_data["targets"] = targets

    def draft(self) -> PolicyDraft:
        values = dict(self.cleaned_data)
        values["tags"] = [tag.strip().lower() for tag in values["tags"].split(",") if tag.strip()]
        for kind in _KINDS:
            values[f"{kind}_ids"] = [int(pk) for pk in values[f"{kind}_ids"]]
        return PolicyDraft(**{name: value for name, value in values.items() if not name.startswith("target_")})

    def plain_fields(self) -> list[BoundField]:
        """All but the targets; a choice among nothing is left out."""
        fields = (field for field in self.visible_fields() if not field.name.startswith("target_"))
        return [field for field in fields if not field.name.endswith("_ids") or field.field.choices]  # type: ignore[attr-defined]  # choice fields

    def target_rows(self) -> Iterator[tuple[str, list[BoundField]]]:
        """A table: one row per priority, one column per metric."""
        for priority in reversed(Priority.values):
            yield Priority(priority).label, [self[f"target_{metric}_{priority}"] for metric in Metric.values]


_KINDS = ("inbox", "team", "organization")


def _choices() -> dict[str, list[tuple[str, str]]]:
    found = {
        "inbox_ids": Inbox.objects.order_by("name").values_list("pk", "name"),
        "team_ids": Team.objects.order_by("name").values_list("pk", "name"),
        "organization_ids": Organization.objects.order_by("name").values_list("pk", "name"),
    }
    return {name: [(str(pk), label) for pk, label in rows] for name, rows in found.items()}


def _pairs() -> list[tuple[str, str]]:
    return [(metric, priority) for metric in Metric.values for priority in Priority.values]


def _read(form: forms.Form, name: str, read: Callable[[str], Any]) -> Any:
    """The field's text understood; None when it is empty or wrong, and then the field says why."""
    text = form.cleaned_data.get(name) or ""
    if not text.strip():
        return None
    try:
        return read(text)
    except ValueError as problem:
        form.add_error(name, str(problem))
        return None
