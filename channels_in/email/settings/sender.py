"""How the inbox's mail looks: the name that customers see, what stands under every answer, what is quoted."""

from __future__ import annotations

import re
from typing import ClassVar

from django import forms

from channels_in.base import ConfigForm, Section
from channels_in.email.compose.body import NO_QUOTES
from channels_in.email.compose.signature import BLANKS, unknown_blanks
from channels_in.email.compose.thread import ALWAYS

_SELECTOR = re.compile(r"[A-Za-z0-9._-]{1,63}")


class SenderFields(ConfigForm):
    sections: ClassVar[tuple[Section, ...]] = (
        Section(
            "Sender",
            "What customers see of you.",
            ("from_name", "signature", "subject_tag", "quoting", "dkim_selector"),
        ),
    )

    from_name = forms.CharField(
        label="Sender name", required=False, max_length=120, help_text="Customers see it; the inbox's name otherwise."
    )
    signature = forms.CharField(
        label="Signature",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Stands under every mail of this inbox, below the agent's own, or where {{agent.signature}} is. "
        f"Blanks: {', '.join(f'{{{{{name}}}}}' for name in BLANKS)}.",
    )
    subject_tag = forms.ChoiceField(
        label="Ticket number in the subject",
        required=False,
        choices=[("", "Only where we write first"), (ALWAYS, "In every mail")],
        help_text="Gmail begins a new conversation when the subject changes; answers find their ticket without it.",
    )
    quoting = forms.ChoiceField(
        label="Under the answer",
        required=False,
        choices=[("", "The mail that is answered"), (NO_QUOTES, "Nothing")],
    )
    dkim_selector = forms.CharField(
        label="DKIM selector",
        required=False,
        max_length=63,
        help_text="Only for the check below: under which name your mail server's key is published.",
    )

    def clean_signature(self) -> str:
        text = str(self.cleaned_data["signature"])
        if unknown := unknown_blanks(text):
            raise forms.ValidationError(f"There is no blank {{{{{unknown[0]}}}}}.")
        return text

    def clean_dkim_selector(self) -> str:
        selector = str(self.cleaned_data["dkim_selector"]).strip()
        if selector and not _SELECTOR.fullmatch(selector):
            raise forms.ValidationError("A selector is one word, such as s1.")
        return selector
