"""The form that promises a call, or agrees on another time for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime

from callbacks.services.planning import AHEAD, GRACE
from core.clock import now
from core.given import moment
from people.models import Agent
from routing.selectors.callback_slots import Slot

OTHER = "other"
_TOO_FAR = f"At most {AHEAD.days} days ahead."
_LENGTHS = ((15, "15 minutes"), (30, "30 minutes"), (60, "1 hour"), (120, "2 hours"), (240, "4 hours"))


def slot_words(starts_at: datetime, ends_at: datetime) -> str:
    """Today 14:00 to 14:30, Tue 24 Nov 09:00 to 09:30."""
    begins, ends = localtime(starts_at), localtime(ends_at)
    day = "Today" if begins.date() == localdate() else date_format(begins, "D j M")
    return f"{day} {begins:%H:%M} to {ends:%H:%M}"


class WindowForm(forms.Form):
    slot = forms.ChoiceField(
        label="When", error_messages={"invalid_choice": "This time is over or no longer free. Choose another one."}
    )
    starts_at = forms.DateTimeField(
        label="Another time",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Counts instead of the choice above.",
    )
    minutes = forms.TypedChoiceField(label="Lasting", choices=_LENGTHS, coerce=int, initial=30)
    is_more = forms.BooleanField(label="Promise it all the same", required=False)

    def __init__(self, *args: Any, slots: Sequence[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (
                f"{slot.starts_at.isoformat()}/{slot.ends_at.isoformat()}",
                f"{slot_words(slot.starts_at, slot.ends_at)} · {slot.free} free",
            )
            for slot in slots
        ]
        self.fields["slot"].choices = [*choices, (OTHER, "Another time")]  # type: ignore[attr-defined]  # as declared
        # Asked only where it matters.
        self.fields["is_more"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("starts_at"):
            # Whoever enters a time means it, whatever the list above still shows.
            values["slot"] = OTHER
            self.errors.pop("slot", None)
        if values.get("slot") == OTHER and not values.get("starts_at") and "starts_at" not in self.errors:
            self.add_error("starts_at", "Choose a date and a time.")
        # Before anybody looks who is there then: nobody is asked whether they mean a time that is over, and a slip of
        # the year may be beyond all calendars.
        ahead = values["starts_at"] - now() if values.get("starts_at") else timedelta()
        if not -GRACE <= ahead <= AHEAD:
            is_past = ahead < timedelta()
            self.add_error("starts_at", "Choose a time that is still to come." if is_past else _TOO_FAR)
        return values

    def warn(self, words: str) -> None:
        """More is promised than there are people: whoever means it says so."""
        self.fields["is_more"].widget = forms.CheckboxInput()
        self.add_error("slot" if self.cleaned_data["slot"] != OTHER else "starts_at", words)

    def window(self) -> tuple[datetime, datetime]:
        """When it begins and ends."""
        if self.cleaned_data["slot"] != OTHER:
            begins, _, ends = self.cleaned_data["slot"].partition("/")
            return moment(begins, "slot"), moment(ends, "slot")
        starts_at: datetime = self.cleaned_data["starts_at"]
        return starts_at, starts_at + timedelta(minutes=self.cleaned_data["minutes"])


class CallbackForm(WindowForm):
    phone = forms.CharField(
        max_length=40, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text="With its country, such as +49 30 123456.",
    )  # fmt: skip
    assignee = forms.ModelChoiceField(
        label="Who calls", queryset=Agent.objects.none(), required=False, empty_label="Anybody of the team"
    )
    note = forms.CharField(label="What it is about", max_length=300, required=False)
    is_asked_for = forms.BooleanField(label="The customer asked for it", required=False)

    field_order = ("phone", "slot", "starts_at", "minutes", "assignee", "note", "is_asked_for", "is_more")

    def __init__(self, *args: Any, agents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = agents  # type: ignore[attr-defined]  # as declared above
