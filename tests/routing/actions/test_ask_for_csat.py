"""A rule asks for a rating, with the survey that fits or a certain one."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from csat.models import SurveyRequest
from csat.services.surveys import SurveyDraft, save_survey
from routing.actions import ACTIONS
from tests.desk import an_inbox, customer_writes, rule_actor

pytestmark = pytest.mark.django_db
ask = ACTIONS["ask_for_csat"]


def test_rule_asks_with_the_survey_that_fits_and_once() -> None:
    survey = save_survey(SurveyDraft(name="After every ticket"))
    ticket = customer_writes(an_inbox())
    for _ in range(2):
        ask.apply(ticket, {"survey": "fitting"}, rule_actor())
    assert SurveyRequest.objects.get(ticket=ticket).survey == survey


def test_rule_asks_with_a_certain_survey() -> None:
    save_survey(SurveyDraft(name="First", position=1))
    other = save_survey(SurveyDraft(name="Second", position=2))
    ticket = customer_writes(an_inbox())
    params = ask.clean({"survey": str(other.pk)})
    ask.apply(ticket, params, rule_actor())
    assert SurveyRequest.objects.get(ticket=ticket).survey == other
    assert ask.describe(params) == "Ask for a rating with “Second”"


def test_survey_must_be_one_of_the_list() -> None:
    with pytest.raises(Invalid):
        ask.clean({"survey": "12345"})


def test_without_a_survey_nobody_is_asked() -> None:
    ticket = customer_writes(an_inbox())
    told = ask.apply(ticket, {"survey": "fitting"}, rule_actor())
    assert told == "Nobody was asked: no survey fits"
    assert not SurveyRequest.objects.exists()
