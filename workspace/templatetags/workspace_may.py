"""Asks the policy from a template: `{% if user|may:"manage_desk" %}`."""

from __future__ import annotations

from typing import cast

from django import template

from people import policy
from people.models import Agent

register = template.Library()


@register.filter
def may(agent: Agent, verb: str) -> bool:
    return policy.may(agent, cast(policy.Verb, verb))
