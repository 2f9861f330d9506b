"""Callbacks: promised from a ticket, listed for the day, settled in one click and taken back."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, make_aware
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from callbacks.models import AskedBy, Callback, CallbackState
from callbacks.models.callback import CALLED
from callbacks.selectors import calls
from callbacks.services import settling
from callbacks.services.planning import Plan, move_callback, plan_callback, who_may_call
from core.clock import now
from core.errors import Conflict, Invalid, NotFound
from core.events.bus import unit_of_work
from people.policy import require
from routing.selectors.callback_slots import Place, Room, free_slots, room_at
from tickets.models import Ticket
from tickets.selectors.access import ticket_for
from tickets.selectors.links import went_to
from tickets.selectors.sides import identities_of
from tickets.services import messages as ticket_messages
from workspace.callbacks import line
from workspace.forms_callbacks import CallbackForm, WindowForm
from workspace.guard import AgentRequest, agent_page, wants_fragment

_SHOWN = 100
# After a call that nobody answered the next try is somewhat later.
_NEXT_TRY = timedelta(hours=1)
_SCOPES = {"mine": "Mine", "team": "My teams", "all": "All"}


@require_safe
@agent_page
def callbacks_page(request: AgentRequest) -> HttpResponse:
    """What is to be called today and is late, the calls that were made today, and what was moved or called off."""
    scope = _known_scope(request.GET.get("whose", ""))
    midnight = make_aware(datetime.combine(localdate(), time()))
    tomorrow = midnight + timedelta(days=1)
    to_do = calls.to_do(request.user, until=tomorrow)
    later = calls.to_do(request.user, until=midnight + timedelta(days=8)).filter(starts_at__gte=tomorrow)
    settled = calls.settled(request.user, since=midnight)
    if scope in ("mine", "team"):
        whose = calls.mine(request.user) if scope == "mine" else calls.of_teams(request.user)
        to_do, later, settled = to_do.filter(whose), later.filter(whose), settled.filter(whose)
    past = [line(row) for row in settled[:_SHOWN]]
    context = {
        "scope": scope,
        "scopes": _SCOPES,
        "to_do": [line(row) for row in to_do[:_SHOWN]],
        "later": [line(row) for row in later[:_SHOWN]],
        "called": [one for one in past if one["row"].state in CALLED],
        "put_off": [one for one in past if one["row"].state not in CALLED],
    }
    return render(request, "workspace/callbacks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def new_callback_page(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_for(request.user, number)
    require(request.user, "reply")
    after = now() + _NEXT_TRY if request.GET.get("again") else None
    form = CallbackForm(
        request.POST or None,
        initial={"phone": _known_phone(ticket)},
        slots=free_slots(ticket, after=after),
        agents=who_may_call(ticket).order_by("name", "id"),
    )
    if request.method == "POST" and form.is_valid() and _is_meant(form, ticket):
        asked_by = AskedBy.CONTACT if form.cleaned_data["is_asked_for"] else AskedBy.AGENT
        told = {name: form.cleaned_data[name] for name in ("phone", "assignee", "note")}
        starts_at, ends_at = form.window()
        try:
            plan = Plan(**told, starts_at=starts_at, ends_at=ends_at, asked_by=asked_by)
            plan_callback(ticket, plan, actor=request.user.as_actor())
        except (Invalid, Conflict) as refusal:
            _refuse(form, refusal)
        else:
            return HttpResponseRedirect(reverse("workspace:ticket", args=[number]))
    context = {"ticket": ticket, "form": form, "title": "Call back"}
    return render(request, "workspace/callback.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def move_callback_page(request: AgentRequest, callback_id: int) -> HttpResponse:
    callback = calls.callback_for(request.user, callback_id)
    require(request.user, "reply")
    form = WindowForm(request.POST or None, slots=free_slots(callback.ticket))
    if request.method == "POST" and form.is_valid() and _is_meant(form, callback.ticket, moved=callback):
        starts_at, ends_at = form.window()
        try:
            move_callback(callback, starts_at=starts_at, ends_at=ends_at, actor=request.user.as_actor())
        except (Invalid, Conflict) as refusal:
            _refuse(form, refusal)
        else:
            return HttpResponseRedirect(reverse("workspace:ticket", args=[callback.ticket.number]))
    context = {"ticket": callback.ticket, "form": form, "line": line(callback), "title": "Move the callback"}
    return render(request, "workspace/callback.html", context, status=422 if form.errors else 200)


@require_POST
@agent_page
def settle_callback_action(request: AgentRequest, callback_id: int, word: str) -> HttpResponse:
    """One click: called, no-answer, cancel or undo; with words of the call, which become a note."""
    callback = calls.callback_for(request.user, callback_id)
    try:
        _settle(request, callback, word)
    except Conflict as refusal:
        if wants_fragment(request):
            raise
        messages.error(request, refusal.message)
    if wants_fragment(request):
        return JsonResponse({"number": callback.ticket.number})
    if word == "no-answer":
        # What was merged goes on where it went.
        ticket = went_to(request.user, callback.ticket)
        return HttpResponseRedirect(f"{reverse('workspace:callback-new', args=[ticket.number])}?again=1")
    return HttpResponseRedirect(f"{reverse('workspace:callbacks')}?whose={_known_scope(request.POST.get('whose', ''))}")


def _settle(request: AgentRequest, callback: Callback, word: str) -> None:
    actor = request.user.as_actor()
    outcomes = {"called": CallbackState.CALLED, "no-answer": CallbackState.NO_ANSWER}
    if word in outcomes:
        with unit_of_work():
            settling.record_call(callback, outcome=outcomes[word], actor=actor)
            if words := request.POST.get("note", "").strip():
                ticket_messages.add_note(callback.ticket, text=f"Called back: {words}", actor=actor)
    elif word == "cancel":
        settling.cancel_callback(callback, actor=actor)
    elif word == "undo":
        settling.undo_callback(callback, actor=actor)
    else:
        raise NotFound("There is no such word.")


def _known_scope(scope: str) -> str:
    return scope if scope in _SCOPES else "mine"


def _known_phone(ticket: Ticket) -> str:
    """The number that was called last, else one that they are known by."""
    known = Callback.objects.filter(contact=ticket.contact_id).exclude(phone="").order_by("-pk")
    last = known.values_list("phone", flat=True).first()
    return last or next((row.value for row in identities_of(ticket.contact_id) if row.value.startswith("+")), "")


def _is_meant(form: WindowForm, ticket: Ticket, *, moved: Callback | None = None) -> bool:
    """Whoever promises a call that nobody is there to make is asked once whether they mean it."""
    place = Place(team_id=ticket.team_id, inbox_id=ticket.inbox_id)
    room = room_at(place, *form.window(), besides=moved.pk if moved else None)
    if form.cleaned_data["is_more"] or not room.is_full:
        return True
    form.warn(f"{_told(room)} Choose another time, or promise it all the same.")
    return False


def _told(room: Room) -> str:
    if not room.people:
        return "Nobody is on shift then."
    people = "1 person" if room.people == 1 else f"{room.people} people"
    calls = "1 call is" if room.calls == 1 else f"{room.calls} calls are"
    return f"{people} can call then, and {calls} promised already."


def _refuse(form: WindowForm, refusal: Invalid | Conflict) -> None:
    """At the field that the form has, else above all of them."""
    known = {name: text for name, text in refusal.fields.items() if name in form.fields}
    if known.keys() & {"starts_at"} and form.cleaned_data.get("slot") != "other":
        known = {"slot": known["starts_at"]}
    if not known:
        form.add_error(None, refusal.message)
    for name, text in known.items():
        form.add_error(name, text)
