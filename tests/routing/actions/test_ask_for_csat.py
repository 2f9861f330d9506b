"""Rules ask for a rating, with the survey that fits or a certain one; macros do, with Send."""

from __future__ import annotations

import pytest

from core.clock import now
from core.errors import Invalid
from csat.models import SurveyRequest
from csat.services.asking import ask_due
from csat.services.surveys import SurveyDraft, save_survey
from routing.actions import ACTIONS
from routing.models import Macro
from routing.services.macros import MacroDraft, apply_macro, apply_with_message, save_macro
from tests.desk import an_agent, an_inbox, customer_writes, plain_channel, rule_actor
from tickets.models import Message
from tickets.services import messages

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


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Macro:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)
    save_survey(SurveyDraft(name="After every ticket"))
    mia = an_agent("Mia")
    actions = [{"action": "ask_for_csat", "params": {"survey": "fitting"}}]
    return save_macro(MacroDraft(name="Goodbye", actions=actions, owner=mia), by=mia)


def test_macro_asks_nobody_before_send(asking: Macro) -> None:
    ticket = customer_writes(an_inbox())
    assert asking.owner is not None
    with pytest.raises(Invalid, match="with Send"):
        apply_macro(ticket, macro=asking, agent=asking.owner)
    assert not SurveyRequest.objects.exists()


@pytest.mark.parametrize("is_undone", [False, True])
def test_question_of_a_macro_leaves_after_the_reply_or_is_undone_with_it(asking: Macro, is_undone: bool) -> None:
    mia, ticket = asking.owner, customer_writes(an_inbox())
    assert mia is not None
    reply = messages.reply(ticket, text="Goodbye!", undo_seconds=10, actor=mia.as_actor())
    apply_with_message(ticket, macro_ids=[asking.pk], message_id=reply.pk, agent=mia)
    assert ask_due() == 0, "nobody is asked while the reply can be undone"
    assert reply.next_attempt_at is not None
    assert reply.next_attempt_at > now()
    if is_undone:
        messages.undo(reply, actor=mia.as_actor())
    assert ask_due(reply.next_attempt_at) == (0 if is_undone else 1)
    assert Message.objects.filter(is_automatic=True).count() == (0 if is_undone else 1)
    assert SurveyRequest.objects.get().state == ("cancelled" if is_undone else "asked")


def test_note_with_the_macro_asks_the_customer_nothing(asking: Macro) -> None:
    mia, ticket = asking.owner, customer_writes(an_inbox())
    assert mia is not None
    note = messages.add_note(ticket, text="For us alone", actor=mia.as_actor())
    with pytest.raises(Invalid, match="use it in a reply"):
        apply_with_message(ticket, macro_ids=[asking.pk], message_id=note.pk, agent=mia)
    assert not SurveyRequest.objects.exists()
