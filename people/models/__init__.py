"""The rows of people."""

from people.models.agent import Agent, Availability, Role
from people.models.api_token import ApiToken
from people.models.contact import Contact, Identity, Organization
from people.models.team import Team, TeamStrategy

__all__ = [
    "Agent",
    "ApiToken",
    "Availability",
    "Contact",
    "Identity",
    "Organization",
    "Role",
    "Team",
    "TeamStrategy",
]
