"""The form of an SLA policy: which tickets, what is promised, what stands still, who is told when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from sla.models import BusinessHours, EscalationAction, Metric, Pause, Policy
from sla.models.policy import default_paused_metrics, default_pauses
from sla.services.policies import PolicyDraft
from tickets.models import Priority
from workspace.spans import seconds_in, span_text, warnings_in, warnings_text

STEPS = 6
_PLAIN = ("name", "description", "position", "is_active")
_CLOCK = ("hours", "prefers_ticket_hours", "warnings", "pauses_on", "paused_metrics")


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields of a form, drawn apart from those that come first with the form's own errors."""

    visible_fields: Sequence[BoundField]
    hidden_fields: Sequence[BoundField] = ()
    non_field_errors: Sequence[str] = ()


class PolicyForm(forms.Form):
    name = forms.CharField(max_length=80)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    position = forms.IntegerField(min_value=0, max_value=9999, help_text="The first policy that fits applies.")
    is_active = forms.BooleanField(label="Switched on", required=False)
    hours = forms.ModelChoiceField(
        label="Counts in", queryset=BusinessHours.objects.none(), required=False, empty_label="Round the clock"
    )
    prefers_ticket_hours = forms.BooleanField(
        label="Rather in the hours of the ticket's team or inbox, where it has some", required=False
    )
    warnings = forms.CharField(
        label="Warn after",
        required=False,
        max_length=100,
        help_text="Shares of the time, or how long before its end: 50 %, 80 %, 15m.",
    )
    pauses_on = forms.MultipleChoiceField(
        label="The clock may stand still while the ticket is",
        choices=Pause.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    paused_metrics = forms.MultipleChoiceField(
        label="Then these stand still", choices=Metric.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].queryset = BusinessHours.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        for metric, priority in _pairs():
            label = f"{Metric(metric).label} at {Priority(priority).label.lower()} priority"
            self._add_text(f"target_{metric}_{priority}", label, size="8")
        for number in range(STEPS):
            self._add_text(f"step_{number}_after", f"Step {number + 1}, after", size="6")
            action = forms.ChoiceField(
                label=f"Step {number + 1}, do", required=False, choices=[("", "—"), *EscalationAction.choices]
            )
            action.widget.attrs["aria-label"] = f"Step {number + 1}, do"
            self.fields[f"step_{number}_action"] = action

    @staticmethod
    def values_of(policy: Policy | None) -> dict[str, Any]:
        if policy is None:
            return {
                "position": 50,
                "is_active": True,
                "warnings": "50 %, 80 %",
                "pauses_on": default_pauses(),
                "paused_metrics": default_paused_metrics(),
            }
        names = (*_PLAIN, *_CLOCK)
        steps: dict[str, Any] = {}
        for number, step in enumerate(policy.escalation):
            minutes = step["after_minutes"]
            steps[f"step_{number}_after"] = span_text(minutes * 60) if minutes else "0m"
            steps[f"step_{number}_action"] = step["action"]
        return {
            **{name: getattr(policy, name) for name in names},
            "warnings": warnings_text(policy.warnings),
            **{
                f"target_{target.metric}_{target.priority}": span_text(target.seconds)
                for target in policy.targets.all()
            },
            **steps,
        }

    def clean(self) -> None:
        targets: dict[tuple[str, str], int] = {}
        for metric, priority in _pairs():
            seconds = read_field(self, f"target_{metric}_{priority}", seconds_in)
            if seconds:
                targets[metric, priority] = seconds
        if not targets and not self.errors:
            self.add_error(None, "Promise something: set at least one target.")
        values = self.cleaned_data
        values["targets"] = targets
        values["warnings"] = read_field(self, "warnings", warnings_in) or []
        values["escalation"] = [step for number in range(STEPS) if (step := self._step(number))]

    def draft(self, conditions: Mapping[str, Any]) -> PolicyDraft:
        names = (*_PLAIN, *_CLOCK, "targets", "escalation")
        return PolicyDraft(**{name: self.cleaned_data[name] for name in names}, conditions=conditions)

    def plain_fields(self) -> list[BoundField]:
        return [self[name] for name in _PLAIN]

    def clock_section(self) -> Section:
        return Section([self[name] for name in _CLOCK])

    def target_rows(self) -> Iterator[tuple[str, list[BoundField]]]:
        """A table: one row per priority, one column per metric."""
        for priority in reversed(Priority.values):
            yield Priority(priority).label, [self[f"target_{metric}_{priority}"] for metric in Metric.values]

    def metrics(self) -> list[str]:
        return [str(label) for label in Metric.labels]

    def step_rows(self) -> Iterator[tuple[int, BoundField, BoundField]]:
        for number in range(STEPS):
            yield number + 1, self[f"step_{number}_after"], self[f"step_{number}_action"]

    def _step(self, number: int) -> dict[str, Any] | None:
        """A step without an action is a spare row; without a time it is taken at once."""
        action = self.cleaned_data.get(f"step_{number}_action")
        if not action:
            return None
        text = str(self.cleaned_data.get(f"step_{number}_after") or "0m").strip()
        seconds = 0 if text in ("0", "0m", "0h") else read_field(self, f"step_{number}_after", seconds_in)
        return None if seconds is None else {"after_minutes": round(seconds / 60), "action": action}

    def _add_text(self, name: str, label: str, *, size: str) -> None:
        field = forms.CharField(label=label, required=False, max_length=20)
        field.widget.attrs |= {"aria-label": label, "size": size}
        self.fields[name] = field


def read_field(form: forms.Form, name: str, read: Callable[[str], Any]) -> Any:
    """The field's text understood; None when it is empty or wrong, and then the field says why."""
    text = form.cleaned_data.get(name) or ""
    if not text.strip():
        return None
    try:
        return read(text)
    except ValueError as problem:
        form.add_error(name, str(problem))
        return None


def _pairs() -> list[tuple[str, str]]:
    return [(metric, priority) for metric in Metric.values for priority in Priority.values]
