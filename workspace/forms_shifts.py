"""The forms of an agent's shift and leave."""

from __future__ import annotations

from typing import Any

from django import forms

from sla.models import BusinessHours
from sla.selectors.promises import business_hours


class ShiftForm(forms.Form):
    hours = forms.ModelChoiceField(
        label="Works in",
        queryset=BusinessHours.objects.none(),
        required=False,
        empty_label="any hours: whenever available",
        help_text="Outside of these hours nothing is handed out; what the agent has stays.",
    )
    sets_availability = forms.BooleanField(
        label="The shift sets the availability",
        required=False,
        help_text="Available when it begins, away when it ends; what the agent chooses holds until then."
        " An open chat is finished first, for an hour at most.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].queryset = business_hours()  # type: ignore[attr-defined]  # as declared above


class AbsenceForm(forms.Form):
    first_day = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(max_length=80, required=False, help_text="Such as holiday. Managers see it.")
