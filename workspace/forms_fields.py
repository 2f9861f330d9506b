"""The form of a custom field."""

from __future__ import annotations

from typing import Any

from django import forms

from tickets.models import CustomField, FieldKind


class CustomFieldForm(forms.Form):
    label = forms.CharField(label="Name", max_length=80)
    kind = forms.ChoiceField(label="Type", choices=FieldKind.choices)
    key = forms.CharField(
        max_length=40, required=False, help_text="For rules, files and the API. Made from the name when empty."
    )
    choices = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}), help_text="For lists: one a line."
    )
    help = forms.CharField(label="Hint", max_length=200, required=False)
    position = forms.IntegerField(min_value=0, max_value=9999, help_text="Fields are listed in this order.")
    is_active = forms.BooleanField(label="Asked for", required=False)

    def __init__(self, *args: Any, custom: CustomField | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if custom is not None:
            # Tickets and rules hold on to both.
            del self.fields["key"], self.fields["kind"]

    def clean_choices(self) -> list[str]:
        return str(self.cleaned_data["choices"]).splitlines()

    @staticmethod
    def values_of(custom: CustomField | None) -> dict[str, Any]:
        if custom is None:
            return {"position": 100, "is_active": True}
        names = ("label", "help", "position", "is_active")
        return {**{name: getattr(custom, name) for name in names}, "choices": "\n".join(custom.choices)}
