"""The editor's view of conditions: a tree of groups and tests that a form shows, posts and edits step by step.

Each part has a path ("0" is the outermost group, "0_2" its third part) and its fields carry it: `c0_2-fact`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from core.errors import Invalid
from people.models import Agent
from tickets.conditions import checked
from tickets.conditions.facts import Choices, Fact
from tickets.conditions.kinds import DAY, FLAG, HOURS_SINCE, NUMBER
from tickets.conditions.language import GROUPS, MAX_NESTING, is_test
from tickets.conditions.registry import fact_named, facts
from tickets.conditions.words import WITH_LIST, WITHOUT_VALUE, operator_label
from tickets.selectors.condition_menus import seen_choices

ROOT = "0"
MOST_PARTS = 40
GROUP_NAMES = {"all": "all of these hold", "any": "any of these holds", "none": "none of these holds"}
_NAME = re.compile(r"c([0-9]{1,3}(?:_[0-9]{1,3}){0,6})-(group|fact)")


@dataclass
class Part:
    """A group with `parts`, or a test with fact, op and value."""

    path: str
    group: str = ""
    fact: str = ""
    op: str = ""
    value: str = ""
    values: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    error: str = ""
    is_new: bool = False
    listing: bool = False
    viewer: Agent | None = None

    @property
    def is_group(self) -> bool:
        return bool(self.group)

    @property
    def is_root(self) -> bool:
        return self.path == ROOT

    @property
    def may_nest(self) -> bool:
        return self.path.count("_") + 1 < MAX_NESTING

    @property
    def group_choices(self) -> Choices:
        return list(GROUP_NAMES.items())

    @property
    def known(self) -> Fact | None:
        return fact_named(self.fact) if self.fact else None

    @property
    def fact_choices(self) -> list[tuple[str, Choices]]:
        """Sections of the menu of facts; a fact that is gone stays chosen, so that nothing changes unseen."""
        sections: dict[str, Choices] = {}
        for fact in facts(listable_only=self.listing):
            sections.setdefault(fact.section, []).append((fact.key, fact.label))
        if self.fact and self.fact not in {key for choices in sections.values() for key, _ in choices}:
            sections["Gone or switched off"] = [(self.fact, self.fact)]
        return list(sections.items())

    @property
    def op_choices(self) -> Choices:
        ops = self.known.kind.operators if self.known else ()
        return [(op, operator_label(op, self.fact)) for op in ops]

    @property
    def value_choices(self) -> Choices:
        offered = self.known.choices() if self.known else []
        if self.viewer:
            offered = seen_choices(self.fact, offered, self.viewer)
        if self.listing and self.fact in ("assignee", "team") and self.op in ("is", "is_not"):
            offered = [("me", "me") if self.fact == "assignee" else ("mine", "my teams"), *offered]
        return offered

    @property
    def widget(self) -> str:
        """none, select, several, number, date or text."""
        if not self.fact or self.op in WITHOUT_VALUE:
            return "none"
        if self.value_choices:
            return "several" if self.op in WITH_LIST else "select"
        kind = self.known.kind if self.known else None
        if kind in (NUMBER, HOURS_SINCE):
            return "number"
        return "date" if kind is DAY else "text"

    @property
    def suggestions(self) -> list[str]:
        """Of one word, not of a list of them: what a browser proposes takes the place of all that is typed."""
        return self.known.proposed() if self.known and self.widget == "text" and self.op not in WITH_LIST else []

    @property
    def hint(self) -> str:
        return "Commas between." if self.op in WITH_LIST and self.widget == "text" else ""


def tree_of(conditions: Mapping[str, Any], *, listing: bool = False) -> Part:
    """Stored conditions as a tree; the outermost part is always a group."""
    named = [group for group in GROUPS if conditions.get(group)]
    if is_test(conditions):
        root = _group(ROOT, "all", [conditions], listing)
    elif len(named) > 1:
        root = _group(ROOT, "all", [{group: conditions[group]} for group in named], listing)
    else:
        root = _group(ROOT, named[0] if named else "all", conditions[named[0]] if named else [], listing)
    if not root.parts:
        root.parts.append(Part(f"{ROOT}_0", listing=listing))
    return root


def tree_from(posted: QueryDict, *, listing: bool = False) -> Part:
    """What a form sent."""
    found: dict[str, str] = {}
    for name in list(posted)[:2000]:
        if match := _NAME.fullmatch(name):
            found[match[1]] = match[2]
    root = Part(ROOT, group=_among(posted.get(f"c{ROOT}-group", ""), GROUP_NAMES, "all"), listing=listing)
    parts = {ROOT: root}
    for path in sorted(found, key=lambda text: [int(number) for number in text.split("_")])[: MOST_PARTS + 1]:
        parent = parts.get(path.rpartition("_")[0])
        if path == ROOT or parent is None or not parent.is_group:
            continue
        part = _posted(posted, path, listing, is_group=found[path] == "group")
        parts[path] = part
        parent.parts.append(part)
    return root


def edited(root: Part, step: str) -> Part:
    """One step of the editor: "test:<path>" and "group:<path>" add to a group, "remove:<path>" takes a part away."""
    verb, _, path = step.partition(":")
    if verb == "remove":
        _remove(root, path)
    elif verb in ("test", "group") and (parent := _find(root, path)) and parent.is_group:
        last = max((int(part.path.rpartition("_")[2]) for part in parent.parts), default=-1)
        fresh = Part(f"{path}_{last + 1}", listing=root.listing, is_new=True)
        if verb == "group":
            fresh.group, fresh.is_new = "any", False
            fresh.parts = [Part(f"{fresh.path}_0", listing=root.listing, is_new=True)]
        parent.parts.append(fresh)
    return root


def shown_to(root: Part, agent: Agent) -> Part:
    """The same, with menus that name nothing that the agent may not see."""
    root.viewer = agent
    for part in root.parts:
        shown_to(part, agent)
    return root


def conditions_in(part: Part) -> dict[str, Any]:
    """The tree in its stored form, without rows that say nothing."""
    kept = [_stored(child) for child in part.parts if child.is_group or child.fact]
    kept = [child for child in kept if child]
    return {part.group: kept} if kept else {}


def is_valid(root: Part) -> bool:
    """Look at every test and tell at its row what is wrong with it."""
    found = [_test_is_valid(part) for part in _tests(root) if part.fact]
    return all(found)


def _test_is_valid(part: Part) -> bool:
    try:
        checked({"all": [_stored(part)]}, listing=part.listing)
    except Invalid as problem:
        reason = next(iter(problem.fields.values()), problem.message)
        part.error = f"{reason[:1].upper()}{reason[1:]}."
        return False
    return True


def _stored(part: Part) -> dict[str, Any]:
    if part.is_group:
        return conditions_in(part)
    test: dict[str, Any] = {"fact": part.fact, "op": part.op}
    if part.op in WITHOUT_VALUE:
        return test
    if part.op in WITH_LIST:
        listed = part.values if len(part.values) > 1 or part.widget == "several" else part.value.split(",")
        return {**test, "value": [text.strip() for text in listed if text.strip()]}
    return {**test, "value": part.value}


def _group(path: str, group: str, parts: list[Any], listing: bool) -> Part:
    made = Part(path, group=group, listing=listing)
    for index, stored in enumerate(parts):
        made.parts.append(_part(f"{path}_{index}", stored, listing))
    return made


def _part(path: str, stored: Mapping[str, Any], listing: bool) -> Part:
    if not is_test(stored):
        inner = tree_of(stored, listing=listing)
        return _group(path, inner.group, [_stored(part) for part in inner.parts if part.is_group or part.fact], listing)
    value = stored.get("value", "")
    listed = [_shown(item) for item in value] if isinstance(value, list) else [_shown(value)]
    return Part(
        path,
        fact=str(stored["fact"]),
        op=str(stored["op"]),
        value=", ".join(listed),
        values=listed,
        listing=listing,
    )


def _posted(posted: QueryDict, path: str, listing: bool, *, is_group: bool) -> Part:
    if is_group:
        return Part(path, group=_among(posted.get(f"c{path}-group", ""), GROUP_NAMES, "all"), listing=listing)
    part = Part(path, fact=posted.get(f"c{path}-fact", ""), op=posted.get(f"c{path}-op", ""), listing=listing)
    part.values = posted.getlist(f"c{path}-value")[:200]
    part.value = ", ".join(part.values)
    ops = [op for op, _ in part.op_choices]
    if ops and part.op not in ops:
        # Another fact was chosen: its first operator, and what was compared with says nothing any more.
        part.op, part.value, part.values = ops[0], "", []
    if part.known and part.known.kind is FLAG and not part.value:
        part.value, part.values = "true", ["true"]
    return part


def _tests(part: Part) -> list[Part]:
    return [part] if not part.is_group else [test for child in part.parts for test in _tests(child)]


def _find(part: Part, path: str) -> Part | None:
    if part.path == path:
        return part
    return next((found for child in part.parts if (found := _find(child, path))), None)


def _remove(part: Part, path: str) -> None:
    part.parts = [child for child in part.parts if child.path != path]
    for child in part.parts:
        _remove(child, path)


def _among(value: str, known: Mapping[str, str], default: str) -> str:
    return value if value in known else default


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
