"""Tags as people type them, with commas between."""

from __future__ import annotations

from django import forms

from tickets.services.changes import normal_tag


class TagsForm(forms.Form):
    tags = forms.CharField(label="Tags", max_length=400, help_text="Separate tags by commas.")

    def clean_tags(self) -> str:
        tags = tags_in(self.cleaned_data["tags"])
        if not tags:
            raise forms.ValidationError("Name at least one tag.")
        return ", ".join(tags)


def tags_in(text: str) -> list[str]:
    return [tag for tag in (normal_tag(part) for part in text.split(",")) if tag]
