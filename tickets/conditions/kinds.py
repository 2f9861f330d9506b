"""The types of facts: which operators each knows, and each operator twice, in memory and as SQL, side by side.

Only the positive operators are here; their opposites follow (language.OPPOSITES). Values come as `clean` left them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Q

from tickets.tags import normal_tag

FactValue = str | int | float | bool | datetime | frozenset[str] | None

NOTHING = Q(pk__in=[])
LONGEST_VALUE = 500
MOST_VALUES = 100
_COMPARISONS = {"is": "exact", "greater": "gt", "less": "lt"}
_LONGEST_ID = 18
# JSON can spell them; neither the database nor a page can.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_HOURS = 24 * 366 * 100


class Kind:
    """`holds` and `where` must say the same of every row; tests/tickets/test_conditions.py watches."""

    operators: ClassVar[tuple[str, ...]]

    def clean(self, op: str, value: object) -> Any:
        """The value as the operator compares with it; ValueError with a reason for people."""
        if op == "is_set":
            return None
        if op == "in":
            if isinstance(value, str) or not isinstance(value, Sequence) or not value:
                raise ValueError("expected a list of values")
            if len(value) > MOST_VALUES:
                raise ValueError(f"at most {MOST_VALUES} values")
            return [self.one(item) for item in value]
        return self.one(value)

    def one(self, value: object) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("expected some text")  # noqa: TRY004 - one kind of refusal, whatever was sent
        text = str(value).replace("\x00", "").strip()
        if not text or _LONE_SURROGATE.search(text):
            raise ValueError("expected some text")
        if len(text) > LONGEST_VALUE:
            raise ValueError(f"at most {LONGEST_VALUE} characters")
        return text

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        raise NotImplementedError

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        raise NotImplementedError


class Word(Kind):
    """One of a list, as it is stored: a status, a channel, a language."""

    operators = ("is", "is_not", "in", "not_in", "is_set", "is_not_set")

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        if fact is None or fact == "":
            return False
        return op == "is_set" or (fact in wanted if op == "in" else fact == wanted)

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        if op == "is_set":
            return Q(**{f"{path}__gt": ""})
        return Q(**{f"{path}__in" if op == "in" else path: wanted})


class Id(Word):
    """The number of another row: a team, an agent, an inbox."""

    def one(self, value: object) -> int:
        text = super().one(value)
        if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID):
            raise ValueError("expected one of the list")
        return int(text)

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        return Q(**{f"{path}__isnull": False}) if op == "is_set" else super().where(op, path, wanted, at)


class Text(Kind):
    """Free text; case does not matter."""

    operators = ("is", "is_not", "contains", "not_contains", "starts_with", "is_set", "is_not_set")
    _lookups: ClassVar[dict[str, str]] = {"is": "iexact", "contains": "icontains", "starts_with": "istartswith"}

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        if not isinstance(fact, str) or not fact:
            return False
        said = folded(fact)
        if op == "contains":
            return folded(wanted) in said
        if op == "starts_with":
            return said.startswith(folded(wanted))
        return op == "is_set" or said == folded(wanted)

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        if op == "is_set":
            return Q(**{f"{path}__gt": ""})
        return Q(**{f"{path}__{self._lookups[op]}": wanted})


class Words(Kind):
    """Several words of a ticket, such as its tags."""

    operators = ("is", "is_not", "in", "not_in", "is_set", "is_not_set")

    def one(self, value: object) -> str:
        tag = normal_tag(super().one(value))
        if not tag:
            raise ValueError("expected some text")
        return tag

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        words = fact if isinstance(fact, frozenset) else frozenset[str]()
        if op == "is_set":
            return bool(words)
        return bool(words.intersection(wanted)) if op == "in" else wanted in words

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        if op == "is_set":
            return Q(**{f"{path}__len__gt": 0})
        return Q(**{f"{path}__overlap": wanted}) if op == "in" else Q(**{f"{path}__contains": [wanted]})


class Several(Words):
    """Several choices of a custom field, spelt as they are."""

    def one(self, value: object) -> str:
        return str(Kind.one(self, value))


class AnyText(Text):
    """Several texts of which one must do: the addresses of a contact."""

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        texts = fact if isinstance(fact, frozenset) else frozenset[str]()
        return any(super(AnyText, self).holds(op, text, wanted, at) for text in texts)


class Number(Kind):
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "greater", "less", "is_set", "is_not_set")

    def one(self, value: object) -> int | float:
        try:
            number = float(super().one(value))
        except ValueError as error:
            raise ValueError("expected a number") from error
        if not abs(number) < 1e15:
            raise ValueError("expected a smaller number")
        return int(number) if number.is_integer() else number

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        if isinstance(fact, bool) or not isinstance(fact, int | float):
            return False
        return op == "is_set" or _compares(op, fact, wanted)

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        if op == "is_set":
            return Q(**{f"{path}__isnull": False})
        return Q(**{f"{path}__{_COMPARISONS[op]}": wanted})


class HoursSince(Number):
    """How long ago a moment was, in hours by the wall clock; a moment that has not come is never long ago."""

    operators = ("greater", "less", "is_set", "is_not_set")

    def one(self, value: object) -> float:
        hours = super().one(value)
        if not 0 <= hours <= _MOST_HOURS:
            raise ValueError("expected hours")
        return hours

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        if not isinstance(fact, datetime):
            return False
        if op == "is_set":
            return True
        edge = at - timedelta(hours=wanted)
        return fact < edge if op == "greater" else fact > edge

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        if op == "is_set":
            return Q(**{f"{path}__isnull": False})
        edge = at - timedelta(hours=wanted)
        return Q(**{f"{path}__{'lt' if op == 'greater' else 'gt'}": edge})


class Day(Kind):
    """A calendar day, stored as 2026-01-31."""

    operators = ("is", "is_not", "greater", "less", "is_set", "is_not_set")

    def one(self, value: object) -> str:
        try:
            return date.fromisoformat(super().one(value)).isoformat()
        except ValueError as error:
            raise ValueError("expected a day like 2026-01-31") from error

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        if not isinstance(fact, str) or not fact:
            return False
        return op == "is_set" or _compares(op, fact, wanted)

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        if op == "is_set":
            return Q(**{f"{path}__gt": ""})
        return Q(**{f"{path}__{_COMPARISONS[op]}": wanted})


class Flag(Kind):
    """Yes or no; what is not known is no."""

    operators = ("is", "is_not")

    def one(self, value: object) -> bool:
        text = str(value).strip().lower()
        if text not in ("true", "false"):
            raise ValueError("expected yes or no")
        return text == "true"

    def holds(self, op: str, fact: FactValue, wanted: Any, at: datetime) -> bool:
        return (fact is True) is bool(wanted)

    def where(self, op: str, path: str, wanted: Any, at: datetime) -> Q:
        yes = Q(**{path: True})
        return yes if wanted else ~yes


def _compares(op: str, fact: Any, wanted: Any) -> bool:
    """Two numbers, or two days written alike."""
    return bool(fact > wanted if op == "greater" else fact < wanted if op == "less" else fact == wanted)


def folded(text: str) -> str:
    """Upper case letter by letter, as PostgreSQL compares: letters whose upper case is two stay as they are."""
    return "".join(up if len(up := letter.upper()) == 1 else letter for letter in text)


WORD, ID, TEXT, WORDS, NUMBER = Word(), Id(), Text(), Words(), Number()
HOURS_SINCE, DAY, FLAG, SEVERAL, ANY_TEXT = HoursSince(), Day(), Flag(), Several(), AnyText()
