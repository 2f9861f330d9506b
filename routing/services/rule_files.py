"""Rules as a YAML file: names instead of numbers, so that a file moves from one desk to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import yaml
from django import forms

from core.errors import Invalid
from core.events.bus import unit_of_work
from people.models import Agent
from people.policy import require
from routing.actions import ACTIONS
from routing.actions.base import menu_of
from routing.models import During, Rule
from routing.services.rules import RuleDraft, save_rule
from sla.models import BusinessHours
from tickets.conditions.kinds import ID
from tickets.conditions.language import Test, replaced
from tickets.conditions.registry import fact_named

LARGEST_FILE = 1_000_000
MOST_RULES = 500
_NUMBERS = ("wait_seconds", "most_per_hour", "most_per_ticket")
_PLAIN = ("name", "description", "event", "wait", "wait_seconds", "most_per_hour", "most_per_ticket", "stops")


class _Loader(yaml.SafeLoader):
    """No aliases: a few of them can stand for more data than any machine holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """What stands twice is written twice: the loader knows no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def exported(rules: Iterable[Rule]) -> str:
    """The rules as text; what is at its default is left out."""
    items = [_item(rule) for rule in rules]
    return str(
        yaml.dump({"helpdesk_rules": 1, "rules": items}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    )


def imported(text: str, *, by: Agent) -> list[Rule]:
    """Save every rule of the file, or none: new ones switched off, known names as a new version of their rule."""
    require(by, "manage_desk")
    drafts = [_draft(item, f"rules/{index}") for index, item in enumerate(_items(text))]
    saved: list[Rule] = []
    with unit_of_work():
        for index, draft in enumerate(drafts):
            known = Rule.objects.filter(name=draft["name"], archived_at=None).first()
            state = {"is_active": known.is_active, "position": known.position} if known else {"is_active": False}
            try:
                saved.append(save_rule(RuleDraft(**draft, **state), rule=known, by=by, note="From a file"))
            except Invalid as problem:
                raise _located(problem, f"rules/{index}") from problem
    return saved


def read_one(text: str) -> RuleDraft:
    """The only rule of a file, as it stands there; nothing is saved."""
    items = _items(text)
    if len(items) != 1:
        raise Invalid("One rule at a time.", fields={"file": "Expected one rule."})
    return RuleDraft(**_draft(items[0], "rules/0"))


def _item(rule: Rule) -> dict[str, Any]:
    item = {name: getattr(rule, name) for name in _PLAIN if getattr(rule, name)}
    if rule.during != During.ALWAYS and rule.hours:
        item |= {"during": rule.during, "hours": rule.hours.name}
    if rule.conditions:
        item["if"] = replaced(rule.conditions, _test_with_names)
    item["then"] = [
        {"action": action["action"], **_params(action["action"], action["params"], _name_of)} for action in rule.actions
    ]
    return item


def _items(text: str) -> list[Mapping[str, Any]]:
    if len(text) > LARGEST_FILE:
        raise Invalid("This file is too large.", fields={"file": "At most a megabyte."})
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader without aliases
    except (yaml.YAMLError, RecursionError, ValueError, AttributeError, LookupError, ArithmeticError) as problem:
        # Numbers and days that are none come out of the library in all these ways.
        raise Invalid("This is no YAML.", fields={"file": " ".join(str(problem).split())[:200]}) from problem
    items = found.get("rules") if isinstance(found, dict) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise Invalid("There are no rules in this file.", fields={"file": "Expected a list under “rules”."})
    if len(items) > MOST_RULES:
        raise Invalid("Too many rules.", fields={"file": f"At most {MOST_RULES}."})
    return items


def _draft(item: Mapping[str, Any], place: str) -> dict[str, Any]:
    known = {*_PLAIN, "during", "hours", "if", "then"}
    if unknown := sorted(set(map(str, item)) - known):
        raise Invalid(
            f"{place}: unknown key {unknown[0]!r}.", fields={place: f"Known keys: {', '.join(sorted(known))}."}
        )
    draft = {name: item[name] for name in _PLAIN if name in item}
    _check_types(draft, place)
    draft.setdefault("name", "")
    draft["during"] = str(item.get("during", During.ALWAYS))
    draft["hours"] = _hours(item.get("hours"), place)
    try:
        conditions = item.get("if") or {}
        draft["conditions"] = replaced(conditions, _test_with_numbers) if isinstance(conditions, dict) else conditions
        draft["actions"] = [_action(entry) for entry in item.get("then") or []]
    except (AttributeError, TypeError, KeyError) as problem:
        raise Invalid(f"{place} cannot be read.", fields={place: "Its “if” or “then” is not as expected."}) from problem
    return draft


def _check_types(draft: Mapping[str, Any], place: str) -> None:
    for name, value in draft.items():
        if name in _NUMBERS:
            fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
        else:
            fits = isinstance(value, bool if name == "stops" else str)
        if not fits:
            raise Invalid(f"{place}/{name} cannot be read.", fields={f"{place}/{name}": "This is no fitting value."})


def _hours(name: Any, place: str) -> BusinessHours | None:
    if name is None:
        return None
    found = BusinessHours.objects.filter(name=str(name)).first()
    if found is None:
        raise Invalid(f"There are no hours {name!r}.", fields={f"{place}/hours": "Make these business hours first."})
    return found


def _action(entry: Mapping[str, Any]) -> dict[str, Any]:
    key = str(entry["action"])
    params = {name: value for name, value in entry.items() if name != "action"}
    return {"action": key, "params": _params(key, params, _number_of)}


def _params(key: str, params: Mapping[str, Any], change: Callable[[Any, dict[str, str]], Any]) -> dict[str, Any]:
    """The parameters with the values of menus changed."""
    action = ACTIONS.get(key)
    fields = action.Params().fields.items() if action else ()
    menus = {name: menu_of(field) for name, field in fields if isinstance(field, forms.ChoiceField)}
    return {name: change(value, menus[name]) if name in menus else value for name, value in params.items()}


def _test_with_names(test: Test) -> Test:
    return _changed(test, _name_of)


def _test_with_numbers(test: Test) -> Test:
    return _changed(test, _number_of)


def _changed(test: Test, change: Callable[[Any, dict[str, str]], Any]) -> Test:
    fact = fact_named(str(test.get("fact")))
    if fact is None or fact.kind is not ID or "value" not in test:
        return test
    names, value = dict(fact.choices()), test["value"]
    return {**test, "value": [change(one, names) for one in value] if isinstance(value, list) else change(value, names)}


def _name_of(value: Any, names: dict[str, str]) -> Any:
    """Numbers become names where one name stands for one number; the words of the product stay as they are."""
    name = names.get(str(value))
    is_plain = name is not None and list(names.values()).count(name) == 1
    return name if is_plain and str(value).isdecimal() else value


def _number_of(value: Any, names: dict[str, str]) -> Any:
    if str(value) in names:
        return value
    return next((number for number, name in names.items() if name == value), value)


def _located(problem: Invalid, place: str) -> Invalid:
    fields = {f"{place}/{name}": text for name, text in problem.fields.items()}
    return Invalid(f"{place}: {problem.message}", fields=fields)
