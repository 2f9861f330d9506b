"""Ask for skills: only agents who have them are given the ticket."""

from __future__ import annotations

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.actions.tags_form import TagsForm, tags_in
from tickets.models import Ticket
from tickets.services import skills


class SkillsForm(TagsForm):
    """Skills are written like tags."""


class RequireSkill(Action):
    key = "require_skill"
    label = "Ask for skills"
    Params = SkillsForm

    def describe(self, params: Values) -> str:
        return f"Ask for the skills {params['tags']}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        skills.require_skills(ticket, skills=tags_in(params["tags"]), actor=actor)
