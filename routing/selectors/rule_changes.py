"""What one version of a rule changed of the one before, part by part, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from routing.actions import ACTIONS
from routing.actions.base import menu_of
from routing.models import During, Rule
from routing.selectors.rules import occasion_in_words
from sla.models import BusinessHours
from tickets.conditions import in_words

Content = Mapping[str, Any]  # as services/rule_versions.py keeps it
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Change:
    part: str
    before: str
    after: str


def changes_between(before: Content, after: Content) -> list[Change]:
    return [*_of_the_rule(before, after), *_of_actions(before["actions"], after["actions"])]


def _of_the_rule(before: Content, after: Content) -> Iterator[Change]:
    was, now_is = _parts(before), _parts(after)
    yield from (Change(part, was[part], now_is[part]) for part in now_is if was[part] != now_is[part])


def _parts(content: Content) -> dict[str, str]:
    rule = Rule(**{name: value for name, value in content.items() if name != "hours"})
    return {
        "Name": rule.name,
        "What it is for": rule.description or _NOTHING,
        "When": occasion_in_words(rule),
        "Act": _hours(content),
        "If": in_words(rule.conditions) or "always",
        "At most, an hour": str(rule.most_per_hour or "no limit"),
        "At most, on one ticket": str(rule.most_per_ticket or "no limit"),
        "Later rules": "do not look at the same event" if rule.stops else "look at the same event",
    }


def _hours(content: Content) -> str:
    during = During(content["during"])
    if during is During.ALWAYS:
        return str(during.label)
    hours = BusinessHours.objects.filter(pk=content.get("hours") or 0).first()
    return f"{during.label} {hours or 'hours that are gone'}"


def _of_actions(before: list[Content], after: list[Content]) -> Iterator[Change]:
    for was, now_is in zip_longest(before, after):
        if was and now_is and was["action"] == now_is["action"]:
            yield from _of_parameters(now_is["action"], was["params"], now_is["params"])
        elif was != now_is:
            yield Change("Then", _described(was), _described(now_is))


def _of_parameters(key: str, before: Content, after: Content) -> Iterator[Change]:
    action = ACTIONS.get(key)
    for name, field in action.Params().fields.items() if action else ():
        was, now_is = (_spoken(params.get(name), menu_of(field)) for params in (before, after))
        if was != now_is:
            yield Change(f"{action.label}: {field.label}" if action else key, was, now_is)


def _spoken(value: Any, menu: Mapping[str, str]) -> str:
    return _NOTHING if value in (None, "") else menu.get(str(value), str(value))


def _described(item: Content | None) -> str:
    action = ACTIONS.get(item["action"]) if item else None
    return action.describe(item["params"]) if action and item else _NOTHING
