"""What a fact is: a key, a label, a type, its value on an occasion, and the same value as a filter of tickets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, FloatField, OuterRef, Q, When
from django.db.models.functions import Cast

from core.db import Statement
from people.models import Identity
from tickets.conditions.kinds import FLAG, NOTHING, NUMBER, SEVERAL, TEXT, WORD, FactValue, Kind
from tickets.conditions.occasion import Occasion
from tickets.models import CustomField, Delivery, Message, Ticket, TicketChoice

Choices = list[tuple[str, str]]
YES_OR_NO: Choices = [("true", "yes"), ("false", "no")]


def _no_choices() -> Choices:
    return []


class Fact:
    """`section` is the heading in menus; a fact that is not listable exists only while an event is looked at."""

    is_listable = True

    def __init__(
        self,
        key: str,
        label: str,
        kind: Kind,
        *,
        section: str,
        choices: Callable[[], Choices] = _no_choices,
        proposed: Callable[[], list[str]] = list,
    ) -> None:
        self.key = key
        self.label = label
        self.kind = kind
        self.section = section
        self._choices = choices
        # What an editor proposes where people type: there may be others.
        self.proposed = proposed

    def choices(self) -> Choices:
        """What an editor offers; empty means that people type."""
        return YES_OR_NO if self.kind is FLAG else self._choices()

    def value(self, occasion: Occasion) -> FactValue:
        """What it is on the occasion; None when it is not set."""
        raise NotImplementedError

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        """The tickets of which a positive operator holds."""
        raise NotImplementedError

    def ids(self, op: str, wanted: Any, at: datetime) -> Statement | None:
        """A SELECT of the ids of the same tickets, from an index alone; None where there is none. Flags are asked for
        yes."""
        return None


class ColumnFact(Fact):
    """A column of the ticket, or of a row that it points at."""

    def __init__(self, key: str, label: str, kind: Kind, *, path: str = "", **rest: Any) -> None:
        super().__init__(key, label, kind, **rest)
        self.path = path or key

    def value(self, occasion: Occasion) -> FactValue:
        found: Any = occasion.ticket
        for name in self.path.split("__"):
            found = getattr(found, name, None)
        return frozenset(found) if isinstance(found, list) else found

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        found = self.kind.where(op, self.path, wanted, at)
        row = self.path.partition("__")[0]
        if row == self.path or not Ticket._meta.get_field(row).null:  # noqa: SLF001 - a documented API
            return found
        # Said aloud, since what is negated must never be unknown (NULL) where there is no such row.
        return Q(**{f"{row}__isnull": False}) & found

    def ids(self, op: str, wanted: Any, at: datetime) -> Statement | None:
        """Customers are few beside their tickets, which an index tells of each; one of tags tells those, too."""
        if self.path.partition("__")[0] not in ("contact", "organization", "tags") or op == "is_set":
            return None
        sql, params = Ticket.objects.filter(self.where(op, wanted, at)).order_by().values("pk").query.sql_with_params()
        return sql, params


class MessageFact(Fact):
    """A column of the message at hand."""

    def __init__(self, key: str, label: str, kind: Kind, *, path: str = "", **rest: Any) -> None:
        super().__init__(key, label, kind, section="Message", **rest)
        self.path = path or key

    def value(self, occasion: Occasion) -> FactValue:
        return getattr(occasion.message, self.path) if occasion.message else None

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        if self.kind is FLAG and not wanted:
            return ~self.where(op, True, at)
        return Q(Exists(newest_public().filter(self.kind.where(op, self.path, wanted, at))))


class SenderFact(MessageFact):
    """The address that the message came from, which lives in JSON."""

    def value(self, occasion: Occasion) -> FactValue:
        sender = (occasion.message.recipients or {}).get("from") or {} if occasion.message else {}
        return sender.get("address") or None

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        known = newest_public().filter(recipients__from__has_key="address")
        path = "recipients__from__address"
        if op == "is_set":
            return Q(Exists(known.exclude(**{path: ""})))
        return Q(Exists(known.filter(TEXT.where(op, path, wanted, at))))


class AddressesFact(Fact):
    """Any address of the contact."""

    def value(self, occasion: Occasion) -> FactValue:
        return occasion.addresses

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        identities = Identity.objects.filter(contact_id=OuterRef("contact_id"))
        return Q(Exists(identities.filter(TEXT.where(op, "value", wanted, at))))


class FirstTicketFact(Fact):
    """Whether the contact had no ticket before this one: a new customer."""

    def value(self, occasion: Occasion) -> FactValue:
        ticket = occasion.ticket
        return not Ticket.objects.filter(contact_id=ticket.contact_id, pk__lt=ticket.pk).exists()

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        earlier = Q(Exists(Ticket.objects.filter(contact_id=OuterRef("contact_id"), pk__lt=OuterRef("pk"))))
        return ~earlier if wanted else earlier


class MomentFact(Fact):
    """Something of the moment itself, the same for all tickets: the weekday, the hour, whose office is open."""

    def __init__(self, *args: Any, read: Callable[[datetime], FactValue], **rest: Any) -> None:
        super().__init__(*args, section="Schedule", **rest)
        self._read = read

    def value(self, occasion: Occasion) -> FactValue:
        return self._read(occasion.at)

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        return ~NOTHING if self.kind.holds(op, self._read(at), wanted, at) else NOTHING


class EventFact(Fact):
    """Something of the event that a rule reacts to."""

    is_listable = False

    def __init__(self, *args: Any, read: Callable[[Occasion], FactValue], **rest: Any) -> None:
        super().__init__(*args, section="Event", **rest)
        self._read = read

    def value(self, occasion: Occasion) -> FactValue:
        return self._read(occasion) if occasion.event else None

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        return NOTHING


class FieldFact(Fact):
    """The value of a custom field."""

    def __init__(self, field: CustomField, kind: Kind) -> None:
        choices: Choices = [(choice, choice) for choice in field.choices]
        super().__init__(f"field:{field.key}", field.label, kind, section="Custom fields", choices=lambda: choices)
        self._name = field.key

    def value(self, occasion: Occasion) -> FactValue:
        found = occasion.ticket.fields.get(self._name)
        return frozenset(found) if isinstance(found, list) else found

    def ids(self, op: str, wanted: Any, at: datetime) -> Statement | None:
        rows = TicketChoice.objects.filter(key=self._name)
        if self.kind in (WORD, SEVERAL) and op != "is_set":
            rows = rows.filter(value__in=wanted if op == "in" else [wanted])
        elif self.kind is FLAG:
            rows = rows.filter(value="true")
        elif self.kind is NUMBER and op != "is_set":
            # Nothing but values of this field is ever read as a number.
            number = Case(When(Q(key=self._name) & ~Q(value=""), then=Cast("value", FloatField())))
            rows = rows.annotate(number=number).filter(self.kind.where(op, "number", wanted, at))
        elif op != "is_set":
            rows = rows.exclude(value="").filter(self.kind.where(op, "value", wanted, at))
        sql, params = rows.order_by().values("ticket_id").query.sql_with_params()
        return sql, params

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        # The first two let the partial index serve, and keep unknown (NULL) out of what is negated.
        has_it = ~Q(fields={}) & Q(fields__has_key=self._name)
        if self.kind is FLAG and not wanted:
            return ~self.where(op, True, at)
        if op == "is_set":
            return has_it
        if op in ("is", "in") and self.kind is not TEXT:
            values = wanted if op == "in" else [wanted]
            found = Q()
            for one in values:
                found |= Q(fields__contains={self._name: [one] if self.kind is SEVERAL else one})
            return has_it & found
        return has_it & self.kind.where(op, f"fields__{self._name}", wanted, at)


def newest_public() -> Any:
    """The message at hand where no event names one: an `Exists` over tickets."""
    newest = Message.objects.filter(ticket_id=OuterRef("pk"), seq=OuterRef("last_public_seq"))
    return newest.exclude(delivery=Delivery.RETRACTED)
