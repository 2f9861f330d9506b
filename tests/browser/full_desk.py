"""A desk with one of everything, so that every page has something to show; `arguments` leads to each of them."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

from django.urls import reverse

from callbacks.services.planning import Plan, plan_callback
from channels_in.email.services.demo_mailbox import keep
from channels_in.models import InboundDelivery
from core.clock import now
from csat.link_tokens import hash_of
from csat.models import SurveyRequest
from csat.services.rating import rate
from csat.services.surveys import SurveyDraft, save_survey
from routing.models import Macro, Rule
from routing.services import bulk
from routing.services.defaults import make_macros, make_rules
from routing.services.webhook_endpoints import endpoint_for
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from tests.addresses import routes
from tests.cast import Cast, new_ticket
from tests.stack import Stack
from tests.waiting import poll_until
from tickets.models import Attachment, Message, Ticket
from tickets.selectors.filters import Filters
from tickets.services import changes, messages
from tickets.services.brands import save_brand
from tickets.services.custom_fields import FieldDraft, save_field
from tickets.services.views import ViewDraft, save_view
from tickets.services.wording import save_canned

CUSTOMER = "rosa@example.net"
HTML = '<table><tr><td><p>Where is my <b>refund</b>?</p><img src="https://shop.example/logo.png"></td></tr></table>'


@dataclass
class FullDesk:
    cast: Cast
    ticket: Ticket
    arguments: dict[str, Any] = field(default_factory=dict)

    def address(self, name: str) -> str:
        """What `arguments` does not know is 1: enough for buttons, which answer no GET, whatever they are for."""
        wanted = next(arguments for known, arguments in routes() if known == name)
        return reverse(name, kwargs={argument: self.arguments.get(argument, 1) for argument in wanted})


def furnish(cast: Cast, stack: Stack) -> FullDesk:
    letter = _written_by_mail(cast, stack)
    ticket = _gone_on_with(letter.ticket, cast)
    mail = keep(CUSTOMER, bytes(_letter(sender="Support <help@desk.example>", to=CUSTOMER, subject="Re: A refund")))
    arguments = {
        "number": ticket.number,
        "seq": 0,
        "message_id": letter.pk,
        "attachment_id": Attachment.objects.get(message=letter).pk,
        "contact_id": ticket.contact_id,
        "verb": "priority",
        "slug": "sla",
        "team_id": cast.support.pk,
        "inbox_id": cast.mail.pk,
        "kind": "email",
        "agent_id": cast.ben.pk,
        "inbox_token": cast.chat.token,
        "mailbox": mail.mailbox,
        "mail_id": mail.pk,
        "index": 0,
        "figure": "overdue_now",
    }
    made = _settings(cast) | _troubles(cast) | _rated(ticket) | _own(cast, ticket)
    return FullDesk(cast, ticket, arguments | made)


def _rated(ticket: Ticket) -> dict[str, Any]:
    """A bad rating that somebody takes care of, behind a link that still changes it."""
    survey = save_survey(SurveyDraft(name="After every ticket", is_active=False))
    token = "a" * 26
    request = SurveyRequest.objects.create(
        ticket=ticket, survey=survey, state="asked", token_hash=hash_of(token), asked_at=now(),
        expires_at=now() + timedelta(days=1), channel=ticket.channel, inbox_id=ticket.inbox_id, team_id=ticket.team_id,
    )  # fmt: skip
    rate(request, score=2, comment="It takes its time.")
    return {"survey_id": survey.pk, "language": "de", "token": token}


def _own(cast: Cast, ticket: Ticket) -> dict[str, Any]:
    """What the one who looks has made: a view, a change of many tickets, a promised call."""
    starts_at = now() + timedelta(hours=1)
    plan = Plan(
        phone="+49 30 901820", starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), assignee=cast.ada
    )
    urgent = {"all": [{"fact": "priority", "op": "is", "value": "urgent"}]}
    filters, values = Filters(state="any"), {"add": "seen"}
    return {
        "view_id": save_view(ViewDraft(name="Urgent", conditions=urgent, owner=cast.ada), by=cast.ada).pk,
        "job_id": bulk.start(cast.ada, verb="tags", values=values, filters=filters, label="Tag 1 ticket").pk,
        "callback_id": plan_callback(ticket, plan, actor=cast.ada.as_actor()).pk,
        "endpoint_id": endpoint_for("https://erp.example/hook").pk,
    }


def _settings(cast: Cast) -> dict[str, Any]:
    """One of everything that managers make."""
    hours = save_hours(
        HoursDraft(
            name="Office",
            time_zone="Europe/Berlin",
            periods=[(0, 540, 1080)],
            holidays=[(date(2026, 12, 25), "Christmas")],
        )
    )
    policy = save_policy(PolicyDraft(name="Standard", targets={("first_response", "normal"): 3600}, hours=hours))
    make_rules()
    make_macros()
    thanks = "Thank you, {{ contact.name }}."
    canned = save_canned(None, title="Thanks", shortcut="ty", text=thanks, for_all=True, agent=cast.mona)
    return {
        "hours_id": hours.pk,
        "brand_id": save_brand(None, name="Acme", inbox_ids=[cast.mail.pk], by=cast.mona).pk,
        "policy_id": policy.pk,
        "rule_id": Rule.objects.values_list("pk", flat=True)[0],
        "macro_id": Macro.objects.values_list("pk", flat=True)[0],
        "canned_id": canned.pk,
        "field_id": save_field(FieldDraft(label="Order", kind="text"), by=cast.mona).pk,
    }


def _troubles(cast: Cast) -> dict[str, Any]:
    """A mail that cannot be read and one that is held back."""
    broken = InboundDelivery.objects.create(
        inbox=cast.mail,
        external_id="broken",
        raw=b"Subject: =?x?\r\n\r\nwhat?",
        state="quarantined",
        error="No sender.",
    )
    held = InboundDelivery.objects.create(
        inbox=cast.mail, external_id="held", raw=b"Subject: Win\r\n\r\nWin!", state="suspended", held_for="spam",
        sender="win@elsewhere.example", subject="Win", reason="It looks like spam.",
    )  # fmt: skip
    return {"delivery_id": broken.pk, "held_id": held.pk}


def _written_by_mail(cast: Cast, stack: Stack) -> Message:
    subject = "A refund that takes its time and has a rather long subject line"
    mail = _letter(sender=f"Rosa Lind <{CUSTOMER}>", to=cast.mail.address, subject=subject)
    mail.add_attachment("one,two", subtype="csv", filename="list.csv")
    with smtplib.SMTP("127.0.0.1", stack.mail_port, timeout=10) as door:
        door.send_message(mail)
    found = poll_until(lambda: Message.objects.select_related("ticket").filter(has_attachments=True).first())
    assert found is not None
    return found


def _gone_on_with(ticket: Ticket, cast: Cast) -> Ticket:
    new_ticket(cast.mail, "Done with.", subject="Another one")
    messages.reply(ticket, text="It is on its way.", actor=cast.ana.as_actor())
    messages.add_note(ticket, text="Ask @Ben", actor=cast.mona.as_actor())
    changes.add_tags(ticket, tags=["refund", "vip"], actor=cast.mona.as_actor())
    changes.set_priority(ticket, priority="urgent", actor=cast.mona.as_actor())
    for agent in (cast.ada, cast.mona, cast.ana):
        changes.assign(ticket, agent=agent, actor=cast.ben.as_actor())
        messages.add_note(ticket, text=f"Ask @{agent.name}", actor=cast.ben.as_actor())
    ticket.refresh_from_db()
    return ticket


def _letter(*, sender: str, to: str, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{len(subject)}@{sender.rpartition('@')[2].strip('>')}>"
    mail.set_content("It is on its way.")
    mail.add_alternative(HTML, subtype="html")
    return mail
