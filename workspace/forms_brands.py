"""The form of a brand: its name, and the inboxes that are its own."""

from __future__ import annotations

from typing import Any

from django import forms

from tickets.models import Brand, Inbox


class BrandForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="As customers know it.")
    inboxes = forms.ModelMultipleChoiceField(
        queryset=Inbox.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="An inbox has one brand; choosing it here takes it from another.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inboxes"].queryset = Inbox.objects.order_by("name", "pk")  # type: ignore[attr-defined]  # as declared above

    @staticmethod
    def values_of(brand: Brand | None) -> dict[str, Any]:
        return {"name": brand.name, "inboxes": list(brand.inboxes.all())} if brand else {}

    def draft(self) -> dict[str, Any]:
        """What `save_brand` takes."""
        return {"name": self.cleaned_data["name"], "inbox_ids": [inbox.pk for inbox in self.cleaned_data["inboxes"]]}
