"""Ask for skills: only agents who have them are given the ticket."""

from __future__ import annotations

from collections.abc import Callable

from django import forms

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.actions.tags_form import TagsForm, tags_in
from tickets.models import Ticket
from tickets.services import skills

# What stands for a word of the ticket's own: one rule then asks for every language, or every channel.
_OF_THE_TICKET: dict[str, Callable[[Ticket], str]] = {
    "{{contact.language}}": lambda ticket: ticket.contact.language.partition("-")[0],
    "{{ticket.channel}}": lambda ticket: ticket.channel,
}


class SkillsForm(TagsForm):
    """Skills are written like tags."""

    tags = forms.CharField(
        label="Skills",
        max_length=400,
        help_text="Commas between; german:2 asks for level 2 or more. {{contact.language}} is the customer's language,"
        " such as de; {{ticket.channel}} the channel.",
    )

    def clean_tags(self) -> str:
        tags = super().clean_tags()
        left = tags
        for placeholder in _OF_THE_TICKET:
            left = left.replace(placeholder, "")
        if "{" in left or "}" in left:
            raise forms.ValidationError(f"Known placeholders: {', '.join(_OF_THE_TICKET)}.")
        return tags


class RequireSkill(Action):
    key = "require_skill"
    label = "Ask for skills"
    Params = SkillsForm

    def describe(self, params: Values) -> str:
        return f"Ask for the skills {params['tags']}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> str | None:
        wanted = [_placed(skill, ticket) for skill in tags_in(params["tags"])]
        known = [skill for skill in wanted if skill and not skill.startswith(":")]
        if not known:
            return "Asked for no skills: the customer's language is not known"
        skills.require_skills(ticket, skills=known, actor=actor)
        return f"Ask for the skills {', '.join(known)}"


def _placed(skill: str, ticket: Ticket) -> str:
    for placeholder, read in _OF_THE_TICKET.items():
        skill = skill.replace(placeholder, read(ticket))
    return skill
