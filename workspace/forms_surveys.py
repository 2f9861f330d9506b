"""The form of a survey: who is asked what and when, and who takes care of the unhappy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField

from csat.models import Scale, Survey
from csat.services.surveys import LONGEST_QUESTION, SurveyDraft
from csat.words import LANGUAGE_NAMES, words_in
from people.models import Agent, Team
from people.selectors.agents import active_agents, active_teams
from tickets.models import Inbox
from workspace.forms_promises import Section, read_field
from workspace.spans import seconds_in, span_text

_FIRST = ("name", "position", "is_active", "inboxes")
_ASKING = ("delay", "counts_open_time", "quiet_days", "open_days", "scale")
_RECOVERY = ("recovery_score", "recovery_time", "recovery_team", "recovery_agent")
_PLAIN = (*_FIRST[:3], *_ASKING[1:], "recovery_team", "recovery_agent")
_SCORES = [("0", "No rating"), ("1", "1 of 5"), ("2", "2 of 5 or less"), ("3", "3 of 5 or less")]


class SurveyForm(forms.Form):
    name = forms.CharField(max_length=80)
    position = forms.IntegerField(min_value=0, max_value=9999, help_text="The first survey that fits a ticket is used.")
    is_active = forms.BooleanField(label="Switched on", required=False)
    inboxes = forms.ModelMultipleChoiceField(
        queryset=Inbox.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all of them.",
    )
    delay = forms.CharField(
        label="Ask after",
        max_length=20,
        help_text="Counted from the resolution, such as 0m, 1h or 2d. Whoever is still in their chat is asked there at "
        "once, and gets no message if they answer.",
    )
    counts_open_time = forms.BooleanField(
        label="Count open time only, in the hours of the team or inbox", required=False
    )
    quiet_days = forms.IntegerField(
        label="Days until the same customer is asked again", min_value=0, max_value=3650, help_text="0 means any time."
    )
    open_days = forms.IntegerField(label="Days for an answer", min_value=1, max_value=365)
    scale = forms.ChoiceField(label="Shown as", choices=Scale.choices)
    recovery_score = forms.ChoiceField(
        label="Take care of customers who rate", choices=_SCORES, help_text="Somebody gets in touch with them in time."
    )
    recovery_time = forms.CharField(label="In open time within", max_length=20, help_text="Such as 30m, 2h or 1h 30m.")
    recovery_team = forms.ModelChoiceField(
        label="By the lead of", queryset=Team.objects.none(), required=False, empty_label="the ticket's team"
    )
    recovery_agent = forms.ModelChoiceField(
        label="Or always by", queryset=Agent.objects.none(), required=False, empty_label="nobody in particular"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {"inboxes": Inbox.objects.all(), "recovery_team": active_teams(), "recovery_agent": active_agents()}
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]  # model choice fields, as declared above
        for language, label in LANGUAGE_NAMES.items():
            field = forms.CharField(label=label, required=False, max_length=LONGEST_QUESTION)
            field.widget.attrs |= {"placeholder": words_in(language).question, "lang": language}
            self.fields[f"question_{language}"] = field

    @staticmethod
    def values_of(survey: Survey | None) -> dict[str, Any]:
        row = survey or Survey()
        questions = {f"question_{language}": text for language, text in row.questions.items()}
        return {
            **{name: getattr(row, name) for name in _PLAIN},
            "inboxes": list(survey.inboxes.all()) if survey else [],
            "delay": span_text(row.delay_minutes * 60) if row.delay_minutes else "0m",
            "recovery_score": str(row.recovery_score),
            "recovery_time": span_text(row.recovery_minutes * 60),
            **questions,
        }

    def clean(self) -> None:
        text = str(self.cleaned_data.get("delay") or "").strip()
        no_delay = text in ("0", "0m", "0h")
        self.cleaned_data["delay_seconds"] = 0 if no_delay else read_field(self, "delay", seconds_in)
        self.cleaned_data["recovery_seconds"] = read_field(self, "recovery_time", seconds_in)

    def draft(self, conditions: Mapping[str, Any]) -> SurveyDraft:
        values = self.cleaned_data
        return SurveyDraft(
            **{name: values[name] for name in _PLAIN},
            inboxes=list(values["inboxes"]),
            conditions=conditions,
            questions={language: values[f"question_{language}"] for language in LANGUAGE_NAMES},
            delay_minutes=round(values["delay_seconds"] / 60),
            recovery_score=int(values["recovery_score"]),
            recovery_minutes=round(values["recovery_seconds"] / 60),
        )

    def first_fields(self) -> list[BoundField]:
        return [self[name] for name in _FIRST]

    def question_section(self) -> Section:
        return Section([self[f"question_{language}"] for language in LANGUAGE_NAMES])

    def asking_section(self) -> Section:
        return Section([self[name] for name in _ASKING])

    def recovery_section(self) -> Section:
        return Section([self[name] for name in _RECOVERY])
