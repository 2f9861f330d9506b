"""The form of a team: who is in it, and how it hands out its tickets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField

from people.models import Agent, Team, TeamStrategy
from people.services.teams import MOST_MINUTES, MOST_RING_SECONDS, HandOut
from workspace.forms_promises import Section

HAND_OUT = (
    "prefers_last_agent", "ring_seconds", "chat_wait_minutes", "hand_back_minutes", "overflow_team", "overflow_minutes"
)  # fmt: skip


class TeamForm(forms.Form):
    name = forms.CharField(max_length=80)
    lead = forms.ModelChoiceField(
        queryset=Agent.objects.none(),
        required=False,
        empty_label="Nobody",
        help_text="Gets tickets whose promise was missed.",
    )
    members = forms.ModelMultipleChoiceField(
        queryset=Agent.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    is_private = forms.BooleanField(label="Private: only members, managers and admins see its tickets", required=False)
    strategy = forms.ChoiceField(
        label="Hand out tickets",
        choices=TeamStrategy.choices,
        help_text="Only to agents who are available, on their shift, fit for the ticket and not full.",
    )
    prefers_last_agent = forms.BooleanField(label="Whoever helped the contact last is asked first", required=False)
    ring_seconds = forms.IntegerField(
        label="A chat rings for, in seconds",
        initial=45,
        min_value=0,
        max_value=MOST_RING_SECONDS,
        help_text="Then it goes on to the next agent. 0: it stays.",
    )
    chat_wait_minutes = forms.IntegerField(
        label="A visitor waits in a chat for, in minutes",
        initial=3,
        min_value=0,
        max_value=MOST_MINUTES,
        help_text="Then they are told to expect an answer by mail, and the lead hears of it. 0: as long as it takes.",
    )
    hand_back_minutes = forms.IntegerField(
        label="Hand on what an absent agent has not begun after, in minutes",
        initial=5,
        required=False,
        min_value=0,
        max_value=MOST_MINUTES,
        help_text="Absent is who is away, past their shift, on leave or without connection. Empty: never.",
    )
    overflow_team = forms.ModelChoiceField(
        label="When nobody is free, ask", queryset=Team.objects.none(), required=False, empty_label="nobody else"
    )
    overflow_minutes = forms.IntegerField(
        label="Ask them after, in minutes", initial=15, min_value=0, max_value=MOST_MINUTES
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = Agent.objects.filter(is_active=True)
        others = Team.objects.filter(is_active=True)
        self.fields["lead"].queryset = agents  # type: ignore[attr-defined]  # a ModelChoiceField, as declared above
        self.fields["members"].queryset = agents  # type: ignore[attr-defined]  # likewise
        self.fields["overflow_team"].queryset = others.exclude(pk=team.pk) if team else others  # type: ignore[attr-defined]  # likewise

    def member_fields(self) -> list[BoundField]:
        return [self[name] for name in ("name", "lead", "members", "is_private")]

    def ticket_section(self) -> Section:
        names = ("strategy", "prefers_last_agent", "hand_back_minutes", "overflow_team", "overflow_minutes")
        return Section([self[name] for name in names])

    def chat_section(self) -> Section:
        return Section([self["ring_seconds"], self["chat_wait_minutes"]])

    def draft(self) -> dict[str, Any]:
        """What `save_team` takes."""
        values = dict(self.cleaned_data)
        hand_out = HandOut(**{name: values.pop(name) for name in HAND_OUT})
        return {**values, "hand_out": hand_out}


def values_of(team: Team) -> dict[str, Any]:
    names = ("name", "strategy", "is_private", "lead", *HAND_OUT)
    return {**{name: getattr(team, name) for name in names}, "members": list(team.members.all())}
