"""Custom fields: what is asked is defined by managers, what is answered is typed and kept on the ticket."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, FieldsChanged
from people.models import Agent
from people.policy import require
from people.selectors.agents import acting_agent
from tickets.models import CustomField, FieldKind, Ticket
from tickets.services.journal import locked, record

MOST_FIELDS = 50
MOST_CHOICES = 100
LONGEST_TEXT = 500
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDraft:
    """A custom field as a form holds it; key and kind are chosen once."""

    label: str
    key: str = ""
    kind: str = FieldKind.TEXT
    choices: Sequence[str] = field(default_factory=tuple)
    help: str = ""
    position: int = 100
    is_active: bool = True


def save_field(draft: FieldDraft, *, custom: CustomField | None = None, by: Agent) -> CustomField:
    """Define a field or change it. What tickets already hold is never touched."""
    require(by, "manage_desk")
    choices = list(dict.fromkeys(choice.strip()[:80] for choice in draft.choices if choice.strip()))[:MOST_CHOICES]
    saved = custom or CustomField(key=_key(draft), kind=draft.kind)
    _check(draft, saved, choices)
    if custom is None:
        _check_new(saved.key)
    saved.label, saved.help, saved.choices = draft.label.strip(), draft.help.strip(), choices
    saved.position, saved.is_active, saved.updated_at = draft.position, draft.is_active, now()
    saved.save()
    return saved


def set_fields(ticket: Ticket, *, values: Mapping[str, Any], actor: Actor) -> Ticket:
    """Set or clear (None, "") custom fields by key. Raises Invalid at `field:<key>`."""
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")
    known = {custom.key: custom for custom in CustomField.objects.filter(key__in=list(values))}
    wanted = {key: typed_value(known.get(key), key, value) for key, value in values.items()}
    with unit_of_work():
        fresh = locked(ticket)
        changed = {key: value for key, value in wanted.items() if fresh.fields.get(key) != value}
        if not changed:
            return fresh
        fields = {key: value for key, value in {**fresh.fields, **changed}.items() if value is not None}
        event = FieldsChanged(before={key: fresh.fields.get(key) for key in changed}, after=changed)
        record(fresh, event, actor=actor, columns={"fields": json.dumps(fields)})
        fresh.fields = fields
    return fresh


def typed_value(custom: CustomField | None, key: str, value: Any) -> Any:
    """The value as the ticket keeps it; None clears it."""
    if custom is None:
        raise Invalid("There is no such field.", fields={f"field:{key}": "There is no such field."})
    if value is None or value in ("", []):
        return None
    try:
        return _TYPED[custom.kind](custom, value)
    except (TypeError, ValueError) as problem:
        reason = str(problem)
        raise Invalid(f"{custom.label}: {reason}", fields={f"field:{key}": reason}) from problem


def _text(custom: CustomField, value: Any) -> str | None:
    text = str(value).replace("\x00", "").strip()
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"At most {LONGEST_TEXT} characters.")
    return text or None


def _number(custom: CustomField, value: Any) -> int | float:
    try:
        number = float(value)
    except (TypeError, ValueError) as problem:
        raise ValueError("Enter a number.") from problem
    if not abs(number) < 1e15:
        raise ValueError("Enter a smaller number.")
    return int(number) if number.is_integer() else number


def _date(custom: CustomField, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as problem:
        raise ValueError("Enter a day like 2026-01-31.") from problem


def _flag(custom: CustomField, value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false", "on", "1", "0"):
        raise ValueError("Say yes or no.")
    return text in ("true", "on", "1")


def _choice(custom: CustomField, value: Any) -> str:
    if value not in custom.choices:
        raise ValueError("Choose one of the list.")
    return str(value)


def _choices(custom: CustomField, value: Any) -> list[str]:
    listed = [value] if isinstance(value, str) else list(value)
    return [choice for choice in custom.choices if choice in {_choice(custom, item) for item in listed}]


_TYPED: dict[str, Callable[[CustomField, Any], Any]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.FLAG: _flag,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
}


def _key(draft: FieldDraft) -> str:
    key = draft.key.strip() or re.sub(r"[^a-z0-9]+", "_", draft.label.strip().lower()).strip("_")[:40]
    return key if not key[:1].isdigit() else f"f_{key}"[:40]


def _check(draft: FieldDraft, saved: CustomField, choices: list[str]) -> None:
    if not draft.label.strip():
        raise Invalid("Give the field a name.", fields={"label": "Give the field a name."})
    if not _KEY.fullmatch(saved.key):
        raise Invalid("This key cannot be used.", fields={"key": "Use a-z, 0-9 and _, beginning with a letter."})
    if saved.kind not in FieldKind.values:
        raise Invalid("Choose a type.", fields={"kind": "Choose a type."})
    if saved.kind in (FieldKind.CHOICE, FieldKind.CHOICES) and not choices:
        raise Invalid("List the choices.", fields={"choices": "List at least one choice."})


def _check_new(key: str) -> None:
    if CustomField.objects.filter(key=key).exists():
        raise Conflict("Another field has this key.")
    if CustomField.objects.count() >= MOST_FIELDS:
        raise Invalid(f"At most {MOST_FIELDS} fields.", fields={"label": f"At most {MOST_FIELDS} fields."})
