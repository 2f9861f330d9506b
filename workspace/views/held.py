"""What is held back: spam, mail loops, blocked senders, bursts; let in, thrown away, brought back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from channels_in.models import DeliveryState, HeldFor
from channels_in.selectors.held import UNDO_DAYS, discarded_page, held_by_id, held_page
from channels_in.selectors.problems import shown_raw
from channels_in.services import holding
from people.policy import may
from tickets.selectors.rows import channel_of
from workspace.guard import AgentRequest, agent_page

_DISCARDED = "discarded"
_BLOCKABLE = (HeldFor.SPAM, HeldFor.BURST)
_ICONS = {"spam": "shield-alert", "blocked": "ban", "loop": "refresh-cw", "burst": "zap"}


@require_safe
@agent_page
def held_page_(request: AgentRequest) -> HttpResponse:
    why, cursor = request.GET.get("why", ""), request.GET.get("cursor", "")
    is_discarded = why == _DISCARDED
    page = (
        discarded_page(request.user, cursor=cursor) if is_discarded else held_page(request.user, why=why, cursor=cursor)
    )
    rows = [
        {"row": row, "channel": channel_of(row.inbox.kind), "icon": _ICONS.get(row.held_for, "ban")}
        for row in page.rows
    ]
    context = {
        "rows": rows,
        "next_cursor": page.next_cursor,
        "why": why,
        "reasons": [("", "All"), *HeldFor.choices, (_DISCARDED, "Discarded")],
        "chosen": HeldFor(why).label if why in HeldFor.values else "",
        "is_discarded": is_discarded,
        "undo_days": UNDO_DAYS,
        "may_edit": may(request.user, "edit_ticket"),
    }
    return render(request, "workspace/held.html", context)


@require_safe
@agent_page
def one_held_page(request: AgentRequest, held_id: int) -> HttpResponse:
    delivery = held_by_id(request.user, held_id)
    context = {
        "row": delivery,
        "raw": shown_raw(delivery),
        "is_discarded": delivery.state == DeliveryState.DISCARDED,
        "may_edit": may(request.user, "edit_ticket"),
        "may_block": may(request.user, "edit_contact") and bool(delivery.sender) and delivery.held_for in _BLOCKABLE,
    }
    return render(request, "workspace/held_one.html", context)


@require_POST
@agent_page
def release_action(request: AgentRequest, held_id: int) -> HttpResponse:
    holding.release(held_by_id(request.user, held_id), agent=request.user)
    messages.success(request, "Let in. It becomes a ticket, or joins its own, in a moment.")
    return HttpResponseRedirect(reverse("workspace:held"))


@require_POST
@agent_page
def discard_action(request: AgentRequest, held_id: int) -> HttpResponse:
    holding.discard(held_by_id(request.user, held_id), agent=request.user)
    messages.success(request, f"Discarded. You find it under Discarded for {UNDO_DAYS} days.")
    return HttpResponseRedirect(reverse("workspace:held"))


@require_POST
@agent_page
def discard_all_action(request: AgentRequest) -> HttpResponse:
    why = request.POST.get("why", "")
    count = holding.discard_all(agent=request.user, why=why)
    messages.success(request, f"{count} discarded. You find them under Discarded for {UNDO_DAYS} days.")
    return HttpResponseRedirect(reverse("workspace:held"))


@require_POST
@agent_page
def restore_action(request: AgentRequest, held_id: int) -> HttpResponse:
    holding.restore(held_by_id(request.user, held_id), agent=request.user)
    messages.success(request, "Brought back. It is held back again, until somebody decides.")
    return HttpResponseRedirect(reverse("workspace:held"))


@require_POST
@agent_page
def block_action(request: AgentRequest, held_id: int) -> HttpResponse:
    delivery = held_by_id(request.user, held_id)
    holding.block_sender(delivery, agent=request.user)
    messages.success(request, f"{delivery.sender} is blocked. Unblock them on their page under People.")
    return HttpResponseRedirect(reverse("workspace:held"))
