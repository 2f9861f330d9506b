"""Every fact that rules can test, by key; the order is that of the menus."""

from __future__ import annotations

from collections.abc import Iterable

from routing.conditions.assignee import AssigneeFact
from routing.conditions.base import Fact, Occasion
from routing.conditions.channel import ChannelFact
from routing.conditions.inbox import InboxFact
from routing.conditions.is_automatic import IsAutomaticFact
from routing.conditions.is_new import IsNewFact
from routing.conditions.organization import OrganizationFact
from routing.conditions.priority import PriorityFact
from routing.conditions.sender import SenderFact
from routing.conditions.sla_breached import SlaBreachedFact
from routing.conditions.sla_metric import SlaMetricFact
from routing.conditions.status import StatusFact
from routing.conditions.subject import SubjectFact
from routing.conditions.tags import TagsFact
from routing.conditions.team import TeamFact
from routing.conditions.text import TextFact
from routing.evaluator import FactValue

_ALL: tuple[type[Fact], ...] = (
    StatusFact,
    PriorityFact,
    ChannelFact,
    InboxFact,
    TeamFact,
    AssigneeFact,
    OrganizationFact,
    TagsFact,
    SubjectFact,
    TextFact,
    SenderFact,
    IsNewFact,
    IsAutomaticFact,
    SlaBreachedFact,
    SlaMetricFact,
)

FACTS: dict[str, Fact] = {fact.key: fact() for fact in _ALL}
OPERATORS_BY_FACT: dict[str, frozenset[str]] = {key: fact.operators for key, fact in FACTS.items()}


def facts_of(occasion: Occasion, keys: Iterable[str]) -> dict[str, FactValue]:
    """The values of these facts; a fact that has left the product is not set."""
    return {key: FACTS[key].value(occasion) for key in keys if key in FACTS}
