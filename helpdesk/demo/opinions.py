"""What the demo's customers say when they are asked: mostly good things, and a few that somebody takes care of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from csat.models import Survey
from csat.services.surveys import SurveyDraft, save_survey
from helpdesk.history.life import Life, Person

ASKED, ANSWERS, WRITES = 0.75, 0.62, 0.45
SCORES = {5: 50, 4: 26, 3: 10, 2: 8, 1: 6}
_GOOD = (
    "Quick and friendly, thank you!",
    "Sorted in one go. I wish every shop were like this.",
    "You even found my old order. Great.",
    "Sehr freundlich, vielen Dank!",
    "Réponse claire et rapide, merci.",
    "Muy amables, gracias.",
    "Best coffee, best support.",
)
_FAIR = ("In the end it worked, but I had to ask twice.", "Fine, if a bit slow.", "Hat etwas gedauert.")
_BAD = (
    "I waited for days and then got a text block.",
    "Nobody read what I had written.",
    "My parcel is still not here.",
    "Leider keine Hilfe.",
    "Three people, three different answers.",
)
_SETTLED = (
    ("won_back", "delay"),
    ("won_back", "knowledge"),
    ("explained", "policy"),
    ("unreachable", "product"),
    ("won_back", "tone"),
)


def make_survey() -> Survey:
    """Everybody is asked an hour after their ticket was resolved."""
    questions = {"en": "How happy are you with Kestrel Coffee?", "de": "Wie zufrieden sind Sie mit Kestrel Coffee?"}
    return save_survey(SurveyDraft(name="After every ticket", questions=questions))


def tell_opinion(life: Life, survey: Survey, *, until: datetime, agent: Person, dice: random.Random) -> None:
    """Some are asked, most of them answer within days; a bad answer is settled by whoever had the ticket."""
    asked_at = life.updated_at + timedelta(hours=1)
    if dice.random() > ASKED or asked_at >= until:
        return
    opinion = life.ask(asked_at, survey_id=survey.pk, survey=survey.name)
    rated_at = (asked_at + timedelta(hours=dice.expovariate(1 / 7))).replace(microsecond=0)
    if dice.random() > ANSWERS or rated_at >= min(until, asked_at + timedelta(hours=40)):
        return
    score = dice.choices(list(SCORES), list(SCORES.values()))[0]
    words = _GOOD if score >= 4 else _FAIR if score == 3 else _BAD
    comment = dice.choice(words) if score <= 2 or dice.random() < WRITES else ""
    life.rate(rated_at, opinion, score, comment)
    settled_at = (rated_at + timedelta(minutes=dice.uniform(20, 170))).replace(microsecond=0)
    if opinion.is_low and settled_at < until:
        outcome, cause = dice.choice(_SETTLED)
        life.recover(settled_at, opinion, outcome=outcome, cause=cause, by=agent)


def one_is_unhappy_now(lives: Sequence[Life], survey: Survey, *, present: datetime) -> None:
    """A bad rating of a moment ago that somebody is to take care of within two hours."""
    asked_at = present - timedelta(minutes=70)
    fresh = [life for life in lives if life.status == "resolved" and life.updated_at < asked_at and not life.opinions]
    if fresh:
        life = max(fresh, key=lambda one: one.updated_at)
        opinion = life.ask(asked_at, survey_id=survey.pk, survey=survey.name)
        life.rate(present - timedelta(minutes=18), opinion, 2, _BAD[0])
