"""Forms of rules and macros, and their actions as rows, each drawn by what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from people.models import Agent, Team
from routing.actions import ACTIONS
from routing.models import During, Rule
from routing.triggers import TRIGGERS
from routing.waits import UNITS, WAITS
from sla.models import BusinessHours

KINDS = [("event", "something happens"), ("wait", "something has lasted")]
MOST_ACTIONS = 20
_ACTION = re.compile(r"a([0-9]{1,3})-action")

Values = Mapping[str, Any]


class RuleForm(forms.Form):
    """A sentence: when this happens, or has lasted so long, at these hours."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(required=False, max_length=2000, label="What it is for")
    kind = forms.ChoiceField(choices=KINDS, label="When", widget=forms.RadioSelect)
    event = forms.ChoiceField(required=False, label="What happens", choices=list(TRIGGERS.items()))
    wait = forms.ChoiceField(required=False, label="What lasts", choices=[(w.key, w.label) for w in WAITS.values()])
    count = forms.IntegerField(required=False, min_value=1, max_value=10_000, label="How long")
    unit = forms.ChoiceField(required=False, choices=[(unit, unit) for unit in UNITS], label="Unit")
    during = forms.ChoiceField(choices=During.choices, label="Act")
    hours = forms.ModelChoiceField(
        queryset=BusinessHours.objects.none(), required=False, label="Business hours", empty_label="—"
    )
    most_per_hour = forms.IntegerField(
        required=False, min_value=1, max_value=100_000, label="At most, an hour", help_text="Empty: no limit."
    )
    most_per_ticket = forms.IntegerField(
        required=False, min_value=1, max_value=1000, label="At most, on one ticket", help_text="Empty: no limit."
    )
    stops = forms.BooleanField(label="No later rule looks at the same event", required=False)
    is_active = forms.BooleanField(label="Switched on", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].queryset = BusinessHours.objects.all()  # type: ignore[attr-defined]  # as declared above

    def clean(self) -> None:
        values = self.cleaned_data
        if values.get("kind") == "wait" and not values.get("count"):
            self.add_error("count", "Say how long.")
        if values.get("during") != During.ALWAYS and not values.get("hours"):
            self.add_error("hours", "Choose the hours that are meant.")

    def draft_values(self) -> dict[str, Any]:
        """What a RuleDraft takes, but for conditions and actions."""
        values = self.cleaned_data
        plain = {name: values[name] for name in ("name", "description", "during", "hours", "stops", "is_active")}
        limits = {name: values[name] or 0 for name in ("most_per_hour", "most_per_ticket")}
        if values["kind"] == "event":
            return {**plain, **limits, "event": values["event"]}
        seconds = values["count"] * UNITS[values["unit"] or "hours"]
        return {**plain, **limits, "wait": values["wait"], "wait_seconds": seconds}

    @staticmethod
    def values_of(rule: Rule | None) -> dict[str, Any]:
        if rule is None:
            return {"is_active": True, "kind": "event", "during": During.ALWAYS, "count": 3, "unit": "days"}
        names = ("name", "description", "event", "wait", "during", "hours", "stops", "is_active")
        unit = next((name for name, size in reversed(UNITS.items()) if rule.wait_seconds % size == 0), "minutes")
        return {
            **{name: getattr(rule, name) for name in names},
            "kind": "wait" if rule.wait else "event",
            "count": rule.wait_seconds // UNITS[unit] or 3,
            "unit": unit if rule.wait else "days",
            "most_per_hour": rule.most_per_hour or None,
            "most_per_ticket": rule.most_per_ticket or None,
        }


class MacroForm(forms.Form):
    name = forms.CharField(max_length=120)
    description = forms.CharField(required=False, max_length=2000, label="What it is for")
    scope = forms.ChoiceField(label="Who uses it")
    position = forms.IntegerField(min_value=0, max_value=9999, help_text="Macros are listed in this order.")
    is_active = forms.BooleanField(label="Switched on", required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(str(team.pk), f"The team {team.name}") for team in Team.objects.filter(is_active=True)]
        shared = [("all", "Everybody"), *teams] if may_share else []
        self.fields["scope"].choices = [("me", "Only me"), *shared]  # type: ignore[attr-defined]  # a ChoiceField

    def draft_values(self, agent: Agent) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        scope = values.pop("scope")
        team = Team.objects.filter(pk=int(scope)).first() if scope.isdecimal() else None
        return {**values, "team": team, "owner": agent if scope == "me" else None}


class ActionRow:
    """One row: which action, and that action's own form. Without an action it is a spare row."""

    def __init__(
        self, index: int, key: str, data: Values | None = None, *, initial: Values | None = None, sends: bool = True
    ) -> None:
        self.index = index
        self.key = key if key in ACTIONS else ""
        self.name = f"a{index}-action"
        offered = [(name, action.label) for name, action in ACTIONS.items() if sends or not action.sends]
        self.choices = [("", "Choose what to do…"), *offered]
        self.is_new = False
        self.params: forms.Form | None = None
        if self.key:
            self.params = ACTIONS[self.key].Params(data, prefix=f"a{index}", initial=dict(initial or {}))

    def is_valid(self) -> bool:
        return self.params is None or self.params.is_valid()

    def item(self) -> dict[str, Any] | None:
        """The row in its stored form."""
        return {"action": self.key, "params": self.params.cleaned_data} if self.params else None


def rows_of(actions: Sequence[Mapping[str, Any]], *, sends: bool = True) -> list[ActionRow]:
    """Stored actions as rows; one spare row when there are none."""
    rows = [ActionRow(index, item["action"], initial=item["params"], sends=sends) for index, item in enumerate(actions)]
    return rows or [ActionRow(0, "", sends=sends)]


def rows_from(posted: QueryDict, *, sends: bool = True, is_checked: bool = True) -> list[ActionRow]:
    """What a form sent; unless it is checked, what was typed is shown again without complaints."""
    indexes = sorted({int(match[1]) for name in posted if (match := _ACTION.fullmatch(name))})[:MOST_ACTIONS]
    rows: list[ActionRow] = []
    for index in indexes:
        key = posted.get(f"a{index}-action", "")
        typed = {name.partition("-")[2]: posted[name] for name in posted if name.startswith(f"a{index}-")}
        rows.append(ActionRow(index, key, posted if is_checked else None, initial=typed, sends=sends))
    return rows or [ActionRow(0, "", sends=sends)]


def edited_rows(rows: list[ActionRow], step: str, *, sends: bool = True) -> list[ActionRow]:
    """One step of the editor: "action:add", or "action:remove-<index>"."""
    what = step.partition(":")[2]
    if what == "add" and len(rows) < MOST_ACTIONS:
        fresh = ActionRow(max((row.index for row in rows), default=-1) + 1, "", sends=sends)
        fresh.is_new = True
        return [*rows, fresh]
    if what.startswith("remove-"):
        return [row for row in rows if str(row.index) != what.removeprefix("remove-")]
    return rows
