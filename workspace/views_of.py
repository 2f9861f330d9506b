"""Which list a URL asks for: a built-in view, a team's, a saved one, or the filters in the URL itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from core.errors import NotFound
from people.models import Agent
from tickets.selectors.filters import SORTS, Filters, filters_from
from tickets.selectors.lists import BUILT_IN_VIEWS
from tickets.selectors.views import saved_view
from workspace.directory import directory

DEFAULT_VIEW = "mine"
VIEW_ICONS = {
    "mine": "user",
    "unassigned": "circle-dashed",
    "all": "inbox",
    "due": "timer",
    "following": "star",
    "snoozed": "alarm-clock",
    "done": "circle-check",
    "spam": "ban",
}
SORT_NAMES = {"recent": "Newest activity", "due": "Due first", "created": "Newest tickets"}
# What a row's own facts cannot decide; the browser must ask the server whether a changed row belongs.
_UNDECIDABLE = ("follows", "breached", "created_after", "created_before", "resolved_after", "resolved_before", "where")


@dataclass(frozen=True, slots=True)
class ChosenView:
    slug: str
    name: str
    filters: Filters
    sort: str

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The URL parameters that lead back here, but for the sort."""
        if self.slug:
            return [("view", self.slug)]
        return [(name, _plain(value)) for name, value in self.filters.as_dict().items()]

    @property
    def query(self) -> str:
        return urlencode([*self.parameters, ("sort", self.sort)])

    def facets(self, agent: Agent) -> dict[str, str]:
        """`data-view-*` of the list: what live rows are compared with. `unknown` says that only the server can tell."""
        wanted = self.filters
        assignee = str(agent.pk) if wanted.assignee == "me" else wanted.assignee
        undecidable = wanted.team == "mine" or any(getattr(wanted, name) for name in _UNDECIDABLE)
        return {
            "state": "" if wanted.status else wanted.state,
            "status": ",".join(wanted.status),
            "priority": ",".join(wanted.priority),
            "assignee": assignee,
            "team": wanted.team,
            "inbox": wanted.inbox,
            "channel": wanted.channel,
            "tag": wanted.tag,
            "contact": wanted.contact,
            "unknown": "1" if undecidable else "",
        }


def chosen_view(agent: Agent, values: Mapping[str, str]) -> ChosenView:
    """Raises NotFound for a view that is not there and Invalid for a wrong filter."""
    sort = values.get("sort", "")
    slug = values.get("view", "")
    if not slug and any(values.get(item.name) for item in fields(Filters)):
        return ChosenView("", "Filtered", filters_from(values), sort if sort in SORTS else "recent")
    found = _named(agent, slug or DEFAULT_VIEW)
    return ChosenView(found.slug, found.name, found.filters, sort if sort in SORTS else found.sort)


def _named(agent: Agent, slug: str) -> ChosenView:
    if built_in := BUILT_IN_VIEWS.get(slug):
        return ChosenView(slug, built_in.name, built_in.filters, built_in.sort)
    kind, _, key = slug.partition(":")
    if kind == "team" and key.isdecimal() and int(key) in directory().teams:
        return ChosenView(slug, directory().team(int(key)), Filters(team=key), "recent")
    if kind == "saved" and key.isdecimal() and (saved := saved_view(agent, int(key))):
        return ChosenView(slug, saved.name, filters_from(saved.filters), saved.sort)
    raise NotFound("This view does not exist (any more).")


def _plain(value: object) -> str:
    if isinstance(value, tuple | list):
        return ",".join(str(item) for item in value)
    return "1" if value is True else str(value)
