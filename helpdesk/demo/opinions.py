"""What the demo's customers say when they are asked: mostly good things, and a few that somebody takes care of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from csat.models import Survey
from csat.services.surveys import SurveyDraft, save_survey
from helpdesk.demo.scripts import Script
from helpdesk.history.life import Life, Person

ASKED, ANSWERS, WRITES = 0.75, 0.62, 0.45
# Whoever said thank you at the end was content, and says so; bad answers are of those who said no more.
THANKFUL = {5: 62, 4: 30, 3: 8}
SILENT = {5: 24, 4: 20, 3: 16, 2: 24, 1: 16}
# By language; who writes another one gives a number only.
_GOOD = {
    "en": (
        "Quick and friendly, thank you!",
        "Sorted in one go. I wish every shop were like this.",
        "Clear answer, no fuss. Great.",
        "Best coffee, best support.",
    ),
    "de": ("Sehr freundlich, vielen Dank!", "Schnell und klar beantwortet."),
    "fr": ("Réponse claire et rapide, merci.",),
    "es": ("Muy amables, gracias.",),
    "pt": ("Muito atenciosos, obrigado.",),
    "it": ("Gentili e veloci, grazie.",),
    "nl": ("Snel geholpen, bedankt!",),
    "pl": ("Szybko i miło, dziękuję.",),
    "ja": ("迅速なご対応、ありがとうございました。",),
    "ar": ("خدمة سريعة ولطيفة، شكرا.",),
    "uk": ("Швидко й привітно, дякую.",),
}
_FAIR = {
    "en": ("In the end it worked.", "Fine, if a bit slow."),
    "de": ("Hat etwas gedauert.",),
    "fr": ("Correct, mais un peu lent.",),
    "es": ("Bien, aunque un poco lento.",),
}
_BAD = {
    "en": (
        "A friendly text block, but no solution.",
        "Nobody read what I had written.",
        "I got an answer, only not to my question.",
        "This took far too long.",
    ),
    "de": ("Leider keine Hilfe.", "Das hat viel zu lange gedauert."),
    "fr": ("Malheureusement, cela ne m'a pas aidé.",),
    "es": ("No me han ayudado.",),
    "it": ("Purtroppo non mi è stato d'aiuto.",),
}
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


def tell_opinion(
    life: Life, script: Script, survey: Survey, *, until: datetime, agent: Person, dice: random.Random
) -> None:
    """Some are asked, most of them answer within days; a bad answer is settled by whoever had the ticket."""
    asked_at = life.updated_at + timedelta(hours=1)
    if dice.random() > ASKED or asked_at >= until:
        return
    opinion = life.ask(asked_at, survey_id=survey.pk, survey=survey.name)
    rated_at = (asked_at + timedelta(hours=dice.expovariate(1 / 7))).replace(microsecond=0)
    if dice.random() > ANSWERS or rated_at >= min(until, asked_at + timedelta(hours=40)):
        return
    scores = THANKFUL if is_thankful(life, script) else SILENT
    score = dice.choices(list(scores), list(scores.values()))[0]
    is_told = score <= 2 or dice.random() < WRITES
    life.rate(rated_at, opinion, score, _comment(score, script.language, dice) if is_told else "")
    settled_at = (rated_at + timedelta(minutes=dice.uniform(20, 170))).replace(microsecond=0)
    if opinion.is_low and settled_at < until:
        outcome, cause = dice.choice(_SETTLED)
        life.recover(settled_at, opinion, outcome=outcome, cause=cause, by=agent)


def one_is_unhappy_now(told: Sequence[tuple[Life, Script]], survey: Survey, *, present: datetime) -> None:
    """A bad rating of a moment ago that somebody is to take care of within two hours."""
    asked_at = present - timedelta(minutes=70)
    silent = [
        (life, script.language)
        for life, script in told
        if life.status == "resolved" and life.updated_at < asked_at and not any(one.score for one in life.opinions)
        if script.language in _BAD and not is_thankful(life, script)
    ]
    if not silent:
        return  # a demo of a few tickets only
    # The demo's pages are in English, and so is the comment that waits where it can be.
    life, language = max(silent, key=lambda one: (one[1] == "en", one[0].updated_at))
    opinion = life.opinions[-1] if life.opinions else life.ask(asked_at, survey_id=survey.pk, survey=survey.name)
    life.rate(present - timedelta(minutes=18), opinion, 2, _BAD[language][0])


def is_thankful(life: Life, script: Script) -> bool:
    """In the demo's conversations whoever answers an answer says thank you."""
    return "praise" in script.tags or sum(said.is_inbound for said in life.messages) > 1


def _comment(score: int, language: str, dice: random.Random) -> str:
    words = _GOOD if score >= 4 else _FAIR if score == 3 else _BAD
    return dice.choice(words.get(language, ("",)))
