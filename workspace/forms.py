"""The forms of the workspace's own pages; channels bring theirs."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms

from people.models import Contact, Team
from people.services.profile import UNDO_CHOICES
from tickets.models import Brand, Inbox


class ContactForm(forms.Form):
    name = forms.CharField(max_length=160)
    tier = forms.CharField(
        required=False,
        max_length=24,
        help_text="What they have bought, such as gold. Promises and rules may ask for it.",
    )
    organization_tier = forms.CharField(label="Tier of the organization", required=False, max_length=24)

    def __init__(self, data: Any = None, *, contact: Contact) -> None:
        company = contact.organization
        initial = {"name": contact.name, "tier": contact.tier, "organization_tier": company.tier if company else ""}
        super().__init__(data, initial=initial)
        if company is None:
            del self.fields["organization_tier"]


class ProfileForm(forms.Form):
    name = forms.CharField(label="Your name", max_length=120, help_text="Customers see it on your replies.")
    time_zone = forms.ChoiceField(
        label="Time zone", choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())]
    )
    signature = forms.CharField(
        label="Signature",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Put under every mail that you send, not under chats.",
    )
    undo_seconds = forms.TypedChoiceField(
        label="Time to undo a mail",
        coerce=int,
        choices=[(value, f"{value} seconds" if value else "Send at once") for value in UNDO_CHOICES],
        help_text="Chats always go at once.",
    )
    mails_when_away = forms.BooleanField(
        label="Mail me what the bell says while I am not at the desk",
        required=False,
        help_text="Answer such a mail to reply to the customer, or begin with #note for a note.",
    )
    shortcuts = forms.BooleanField(label="Single-key shortcuts", required=False)


class CannedForm(forms.Form):
    title = forms.CharField(max_length=120)
    shortcut = forms.CharField(
        max_length=40, required=False, help_text="What you type after / to find it, such as thanks."
    )
    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Blanks: {{contact.first_name}}, {{contact.name}}, {{agent.name}}, {{ticket.number}}.",
    )
    for_all = forms.BooleanField(label="For everybody", required=False)


class WorkloadForm(forms.Form):
    capacity = forms.IntegerField(
        label="Open tickets at most", min_value=0, max_value=500, help_text="Teams hand out no more than that."
    )
    skills = forms.CharField(
        required=False,
        max_length=1200,
        help_text="Commas between, such as german:3, billing. The number is how good; some tickets ask for them.",
    )


class InboxForm(forms.Form):
    """What every inbox has, whatever its channel."""

    name = forms.CharField(max_length=120)
    address = forms.CharField(
        max_length=320, required=False, help_text="The public address: an e-mail address, a bot's name, a site."
    )
    default_team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, empty_label="No team", help_text="New tickets go here."
    )
    brand = forms.ModelChoiceField(
        queryset=Brand.objects.none(),
        required=False,
        empty_label="No brand",
        help_text="The name under which its customers know you.",
    )
    weight = forms.IntegerField(
        initial=1,
        required=False,
        min_value=1,
        max_value=100,
        help_text="How much of an agent's capacity one of its tickets takes: a chat may weigh three letters.",
    )
    is_active = forms.BooleanField(label="Switched on", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(is_active=True)
        self.fields["default_team"].queryset = teams  # type: ignore[attr-defined]  # as declared above
        brands = Brand.objects.all()
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]  # as declared above
        if not brands:
            del self.fields["brand"]


class NewTicketForm(forms.Form):
    inbox = forms.ModelChoiceField(label="From", queryset=Inbox.objects.none(), empty_label=None)
    address = forms.CharField(label="To", max_length=320, help_text="The address of the person you write to.")
    contact_name = forms.CharField(label="Their name", max_length=160, required=False)
    subject = forms.CharField(max_length=500)
    text = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 10, "dir": "auto"}))

    def __init__(self, *args: Any, inboxes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inbox"].queryset = inboxes  # type: ignore[attr-defined]  # as declared above
