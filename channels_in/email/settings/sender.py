"""How the inbox signs its mail: the name that customers see, and what stands under every answer."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from channels_in.base import ConfigForm, Section


class SenderFields(ConfigForm):
    sections: ClassVar[tuple[Section, ...]] = (Section("Sender", "What customers see of you.", ("from_name",)),)

    from_name = forms.CharField(
        label="Sender name", required=False, max_length=120, help_text="Customers see it; the inbox's name otherwise."
    )
