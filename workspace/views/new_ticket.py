"""Writing first: a ticket that an agent opens with a message to somebody."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.errors import HelpdeskError, Invalid
from core.events.bus import unit_of_work
from people.policy import require
from people.services.contacts import identify
from tickets.models import Ticket
from tickets.selectors.access import inboxes_visible_to
from tickets.selectors.rows import channel_of
from tickets.services import changes, messages
from tickets.services.opening import open_ticket
from workspace.forms import NewTicketForm
from workspace.guard import AgentRequest, agent_page


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def new_ticket_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "reply")
    startable = [
        inbox.pk
        for inbox in inboxes_visible_to(request.user).filter(is_active=True)
        if channel_of(inbox.kind).can_start
    ]
    inboxes = inboxes_visible_to(request.user).filter(pk__in=startable)
    form = NewTicketForm(request.POST or None, inboxes=inboxes, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            ticket = _open(request, form)
        except HelpdeskError as error:
            _show(form, error)
        else:
            return HttpResponseRedirect(reverse("workspace:ticket", args=[ticket.number]))
    return render(request, "workspace/new_ticket.html", {"form": form}, status=422 if form.errors else 200)


def _open(request: AgentRequest, form: NewTicketForm) -> Ticket:
    sent = form.cleaned_data
    actor = request.user.as_actor()
    with unit_of_work():
        identity = identify(kind=sent["inbox"].kind, value=sent["address"], name=sent["contact_name"])
        ticket = open_ticket(inbox=sent["inbox"], identity=identity, subject=sent["subject"], actor=actor)
        messages.reply(ticket, text=sent["text"], undo_seconds=request.user.undo_seconds, actor=actor)
        changes.set_status(ticket, status="pending", actor=actor)
    return ticket


def _show(form: NewTicketForm, error: HelpdeskError) -> None:
    if not isinstance(error, Invalid) or not error.fields:
        form.add_error(None, error.message)
        return
    for name, problem in error.fields.items():
        form.add_error({"value": "address"}.get(name, name if name in form.fields else None), problem)
