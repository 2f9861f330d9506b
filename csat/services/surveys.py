"""Changes of surveys: managers make them, switch them off and delete them; who did it last is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.clock import now
from core.errors import Invalid
from core.events.bus import unit_of_work
from csat.models import Scale, Survey
from csat.models.rating import BEST
from csat.words import WORDS
from people.models import Agent, Team
from people.policy import require
from tickets.conditions import checked
from tickets.models import Inbox

LONGEST_QUESTION = 200
MOST_DELAY = 30 * 24 * 60
MOST_RECOVERY = 30 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDraft:
    name: str
    position: int = 50
    is_active: bool = True
    inboxes: Sequence[Inbox] = ()
    conditions: Mapping[str, Any] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    scale: str = Scale.FACES
    delay_minutes: int = 60
    counts_open_time: bool = False
    quiet_days: int = 30
    open_days: int = 14
    recovery_score: int = 2
    recovery_minutes: int = 120
    recovery_agent: Agent | None = None
    recovery_team: Team | None = None


def save_survey(draft: SurveyDraft, *, survey: Survey | None = None, by: Agent | None = None) -> Survey:
    """Make one (None) or change one; Invalid at a field. Requests that wait follow the survey as it is by then."""
    if by is not None:
        require(by, "manage_desk")
    _check(draft)
    with unit_of_work():
        row = survey or Survey()
        namesakes = Survey.objects.filter(name=draft.name)
        if (namesakes.exclude(pk=row.pk) if row.pk else namesakes).exists():
            raise Invalid("Another survey has this name.", fields={"name": "Another survey has this name."})
        for name in SurveyDraft.__dataclass_fields__:
            if name not in ("inboxes", "conditions", "questions"):
                setattr(row, name, getattr(draft, name))
        row.conditions = checked(draft.conditions, listing=True)
        row.questions = {language: text.strip() for language, text in draft.questions.items() if text.strip()}
        row.changed_at, row.changed_by = now(), str(by) if by else ""
        row.save()
        row.inboxes.set(draft.inboxes)
    return row


def delete_survey(survey: Survey, *, by: Agent) -> None:
    """What customers said stays; what has not been asked yet never will be."""
    require(by, "manage_desk")
    survey.delete()


def _check(draft: SurveyDraft) -> None:
    wrong: dict[str, str] = {}
    if not draft.name.strip():
        wrong["name"] = "Enter a name."
    if draft.scale not in Scale.values:
        wrong["scale"] = "Choose one of the list."
    limits = {
        "delay_minutes": (0, MOST_DELAY), "quiet_days": (0, 3650), "open_days": (1, 365),
        "recovery_score": (0, BEST - 1), "recovery_minutes": (1, MOST_RECOVERY), "position": (0, 9999),
    }  # fmt: skip
    for name, (low, high) in limits.items():
        if not low <= getattr(draft, name) <= high:
            wrong[name] = f"Between {low} and {high}."
    if set(draft.questions) - set(WORDS):
        wrong["questions"] = f"Languages: {', '.join(WORDS)}."
    if any(len(text) > LONGEST_QUESTION for text in draft.questions.values()):
        wrong["questions"] = f"At most {LONGEST_QUESTION} characters."
    if wrong:
        raise Invalid("This survey cannot be saved.", fields=wrong)
