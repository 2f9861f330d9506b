"""Add tags."""

from __future__ import annotations

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.actions.tags_form import TagsForm, tags_in
from tickets.models import Ticket
from tickets.services import changes


class AddTag(Action):
    key = "add_tag"
    label = "Add tags"
    Params = TagsForm

    def describe(self, params: Values) -> str:
        return f"Add the tags {params['tags']}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        changes.add_tags(ticket, tags=tags_in(params["tags"]), actor=actor)
