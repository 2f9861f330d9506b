"""What every action is: a key, a small form for its parameters, a sentence about them, and one service call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from core.errors import Invalid
from core.events.catalogue import Actor
from tickets.models import Ticket

Values = Mapping[str, Any]


def menu_of(field: forms.Field) -> dict[str, str]:
    """The names of what can be chosen, by value; empty for what is typed."""
    offered: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return {str(value): str(label) for value, label in offered}


class Action(ABC):
    """Rules run it as themselves, macros as the agent who clicked; the service it calls checks what may be done."""

    key: ClassVar[str]
    label: ClassVar[str]
    Params: ClassVar[type[forms.Form]]
    # It reaches outside of the desk: only managers may put it into a rule or a macro.
    is_unsafe: ClassVar[bool] = False
    # Its words go out: macros offer text for the draft instead.
    sends: ClassVar[bool] = False
    # It reaches the customer: a macro does it with a Send only, never at once.
    waits_for_send: ClassVar[bool] = False

    def clean(self, params: Values) -> dict[str, Any]:
        """The parameters as plain JSON values, or Invalid at their fields."""
        form = self.Params(dict(params))
        if not form.is_valid():
            fields = {name: str(errors[0]) for name, errors in form.errors.items()}
            raise Invalid(f"{self.label}: {next(iter(fields.values()))}", fields=fields)
        return dict(form.cleaned_data)

    @abstractmethod
    def describe(self, params: Values) -> str:
        """A sentence for people: what this will do."""

    @abstractmethod
    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> str | None:
        """Do it, by exactly one service of a lower layer. Doing it twice is safe. Returns a sentence only where
        something else came of it than `describe` says."""
