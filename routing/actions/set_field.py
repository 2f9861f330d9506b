"""Set a custom field, or clear it."""

from __future__ import annotations

from typing import Any

from django import forms

from core.errors import Invalid
from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from tickets.models import CustomField, FieldKind, Ticket
from tickets.services.custom_fields import set_fields, typed_value


def _field_choices() -> list[tuple[str, str]]:
    return list(CustomField.objects.filter(is_active=True).values_list("key", "label"))


class SetFieldForm(forms.Form):
    field = forms.ChoiceField(choices=_field_choices, label="Field")
    value = forms.CharField(
        label="Value", max_length=500, required=False, help_text="Empty clears it. Several choices: commas between."
    )

    def clean(self) -> None:
        key, value = self.cleaned_data.get("field"), self.cleaned_data.get("value")
        custom = CustomField.objects.filter(key=key).first()
        if custom is None or not value:
            return
        try:
            typed_value(custom, custom.key, _parts(custom, value))
        except Invalid as problem:
            self.add_error("value", next(iter(problem.fields.values())))


class SetField(Action):
    key = "set_field"
    label = "Set a custom field"
    Params = SetFieldForm

    def describe(self, params: Values) -> str:
        label = CustomField.objects.filter(key=params["field"]).values_list("label", flat=True).first()
        name = label or params["field"]
        return f"Set {name} to {params['value']}" if params["value"] else f"Clear {name}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        custom = CustomField.objects.filter(key=params["field"]).first()
        if custom is None:
            raise Invalid("The custom field of this action is gone.", fields={"field": "Choose another one."})
        set_fields(ticket, values={custom.key: _parts(custom, params["value"])}, actor=actor)


def _parts(custom: CustomField, value: str) -> Any:
    if custom.kind != FieldKind.CHOICES:
        return value
    return [part.strip() for part in value.split(",") if part.strip()]
