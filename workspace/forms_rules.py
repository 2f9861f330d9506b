"""Forms of rules and macros: conditions and actions as rows, each drawn by what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from routing.actions import ACTIONS
from routing.models import Rule
from routing.triggers import TRIGGERS
from tickets.conditions.registry import fact_named, facts
from tickets.conditions.words import WITH_LIST as LIST_OPERATORS

OPERATORS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "starts with",
    "greater": "is more than",
    "less": "is less than",
    "is_set": "is set",
    "is_not_set": "is not set",
}
WITHOUT_VALUE = ("is_set", "is_not_set")
GROUPS = {"all": "All of these hold", "any": "Any of these holds", "none": "None of these holds"}
SPARE_CONDITIONS = 2
MOST_CONDITIONS = 10
MOST_ACTIONS = 8

Values = Mapping[str, Any]


class RuleForm(forms.Form):
    name = forms.CharField(max_length=120)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    event = forms.ChoiceField(label="When", choices=list(TRIGGERS.items()))
    position = forms.IntegerField(min_value=0, max_value=9999, help_text="Rules run in this order.")
    stops = forms.BooleanField(label="No later rule looks at the same event", required=False)
    is_active = forms.BooleanField(label="Switched on", required=False)
    group = forms.ChoiceField(label="If", choices=list(GROUPS.items()))

    def plain_fields(self) -> list[BoundField]:
        """All but the group, which stands beside the conditions."""
        return [field for field in self.visible_fields() if field.name != "group"]

    @staticmethod
    def values_of(rule: Rule | None) -> dict[str, Any]:
        if rule is None:
            return {"position": 100, "is_active": True, "group": "all"}
        names = ("name", "description", "event", "position", "stops", "is_active")
        return {**{name: getattr(rule, name) for name in names}, "group": group_of(rule.conditions) or "all"}


class MacroForm(forms.Form):
    name = forms.CharField(max_length=120)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    position = forms.IntegerField(min_value=0, max_value=9999, help_text="Macros are listed in this order.")
    is_active = forms.BooleanField(label="Switched on", required=False)


class ConditionForm(forms.Form):
    """One row: a fact, an operator that fits it, and a value that fits both. Without a fact it is a spare row."""

    fact = forms.ChoiceField(label="Fact", required=False)
    op = forms.ChoiceField(label="Test", required=False)
    value = forms.CharField(label="Value", required=False, max_length=500)

    def __init__(self, index: int, data: Values | None = None, *, initial: Values | None = None) -> None:
        super().__init__(data, prefix=f"c{index}", initial=dict(initial or {}))
        self.index = index
        names = [("", "—"), *((fact.key, fact.label) for fact in facts())]
        self.fields["fact"].choices = names  # type: ignore[attr-defined]  # a ChoiceField
        known = fact_named(str(self["fact"].value() or ""))
        operators = [(key, label) for key, label in OPERATORS.items() if known is None or key in known.kind.operators]
        self.fields["op"].choices = operators  # type: ignore[attr-defined]  # a ChoiceField
        choices = known.choices() if known else []
        if choices and self["op"].value() not in LIST_OPERATORS:
            self.fields["value"].widget = forms.Select(choices=[("", "—"), *choices])
        if self["op"].value() in LIST_OPERATORS:
            self.fields["value"].help_text = "Commas between."

    def clean(self) -> None:
        values = self.cleaned_data
        if values.get("fact") and values.get("op") not in WITHOUT_VALUE and not values.get("value"):
            self.add_error("value", "Say what to compare with.")

    def test(self) -> dict[str, Any] | None:
        """The row in its stored form."""
        values = self.cleaned_data
        if not values["fact"]:
            return None
        test = {"fact": values["fact"], "op": values["op"]}
        if values["op"] in LIST_OPERATORS:
            return {**test, "value": [part.strip() for part in values["value"].split(",") if part.strip()]}
        return test if values["op"] in WITHOUT_VALUE else {**test, "value": values["value"]}


class ActionRow:
    """One row: which action, and that action's own form. Without an action it is a spare row."""

    def __init__(self, index: int, key: str, data: Values | None = None, *, initial: Values | None = None) -> None:
        self.index = index
        self.key = key if key in ACTIONS else ""
        self.name = f"a{index}-action"
        self.choices = [("", "—"), *((name, action.label) for name, action in ACTIONS.items())]
        self.params: forms.Form | None = None
        if self.key:
            self.params = ACTIONS[self.key].Params(data, prefix=f"a{index}", initial=dict(initial or {}))

    def is_valid(self) -> bool:
        return self.params is None or self.params.is_valid()

    def item(self) -> dict[str, Any] | None:
        """The row in its stored form."""
        return {"action": self.key, "params": self.params.cleaned_data} if self.params else None


def group_of(conditions: Mapping[str, Any]) -> str | None:
    """The one group of plain tests that rows can show; None when it is more than that."""
    if not conditions:
        return "all"
    if len(conditions) > 1 or next(iter(conditions)) not in GROUPS:
        return None
    group = next(iter(conditions))
    return group if all("fact" in part for part in conditions[group]) else None


def condition_rows(conditions: Mapping[str, Any], data: Values | None) -> list[ConditionForm]:
    """The stored tests and some spare rows, or what was posted."""
    group = group_of(conditions)
    tests: Sequence[Mapping[str, Any]] = conditions.get(group, []) if group else []
    shown = min(max(len(tests) + SPARE_CONDITIONS, 3), MOST_CONDITIONS)
    return [ConditionForm(index, data, initial=_shown(tests, index)) for index in range(shown)]


def action_rows(actions: Sequence[Mapping[str, Any]], data: Values | None) -> list[ActionRow]:
    shown = min(max(len(actions) + 1, 3), MOST_ACTIONS)
    rows: list[ActionRow] = []
    for index in range(shown):
        stored: Values = actions[index] if index < len(actions) else {"action": "", "params": {}}
        key = str(data.get(f"a{index}-action", "")) if data is not None else stored["action"]
        rows.append(ActionRow(index, key, data, initial=stored["params"]))
    return rows


def _shown(tests: Sequence[Mapping[str, Any]], index: int) -> dict[str, Any]:
    if index >= len(tests):
        return {}
    test = dict(tests[index])
    if isinstance(test.get("value"), list):
        test["value"] = ", ".join(str(part) for part in test["value"])
    return test
