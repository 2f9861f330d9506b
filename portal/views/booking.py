"""Calls booked in the chat, over HTTP: for the visitor whose token comes with the request, and for nobody else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from core.given import moment
from core.limits import require
from portal import booking, chat, limits
from portal.doors import bearer, chat_door, json_body, word
from portal.words import language_of


@chat_door("GET", "POST")
def callback_page(request: HttpRequest, inbox_token: str) -> HttpResponse:
    """The free times, or (`?booked`) only what is theirs; or a booking."""
    inbox = chat.widget(inbox_token)
    guest = chat.guest_of(inbox, bearer(request), language=language_of(request))
    address = limits.address_of(request)
    if request.method == "GET":
        if "booked" in request.GET:
            return JsonResponse({"booked": booking.booked(guest)})
        require(limits.OFFERS_BY_ADDRESS, address)
        return JsonResponse(booking.offers(guest))
    limits.require_booking_room(address=address, uid=guest.key.uid, inbox_id=inbox.pk)
    said = json_body(request)
    starts_at = moment(word(said, "starts", 40), "starts")
    # People leave the field that they cannot see alone; machines fill it in.
    if word(said, "website"):
        return JsonResponse({"booked": None})
    wish = booking.wish_of(inbox, phone=word(said, "phone", 40), starts_at=starts_at, topic=word(said, "text", 1000))
    told = {"client_id": word(said, "id"), "name": word(said, "name", 160), "page": word(said, "page")}
    guest = booking.book(guest, wish, address=address, **told)
    return JsonResponse({"booked": booking.booked(guest), "conversation": chat.shown(guest)})


@chat_door("POST", "DELETE")
def booked_action(request: HttpRequest, inbox_token: str, callback_id: int) -> HttpResponse:
    """Another time for what they booked, or none."""
    inbox = chat.widget(inbox_token)
    guest = chat.guest_of(inbox, bearer(request), language=language_of(request))
    limits.require_booking_room(address=limits.address_of(request), uid=guest.key.uid, inbox_id=inbox.pk)
    if request.method == "DELETE":
        booking.call_off(guest, callback_id)
    else:
        booking.move(guest, callback_id, starts_at=moment(word(json_body(request), "starts", 40), "starts"))
    return JsonResponse({"booked": booking.booked(guest)})
