"""How often the chat's open doors may be used: by address, by visitor, by widget."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from core.errors import TooMany
from core.limits import Limit, require
from core.peer import client_address

# A whole office may sit behind one address.
SESSIONS = Limit(name="chat-session", times=120, seconds=60)
SOCKETS = Limit(name="chat-socket", times=120, seconds=60)
MESSAGES_BY_ADDRESS = Limit(name="chat-message-ip", times=120, seconds=60)
MESSAGES_BY_VISITOR = Limit(name="chat-message", times=30, seconds=30)
MESSAGES_BY_WIDGET = Limit(name="chat-message-inbox", times=3000, seconds=60)
NEW_VISITORS_BY_ADDRESS = Limit(name="chat-visitor-ip", times=30, seconds=600)
FILES_BY_ADDRESS = Limit(name="chat-files-ip", times=60, seconds=600)
# Everything that strangers send is kept, so that they cannot fill the disk.
BYTES_BY_ADDRESS = Limit(name="chat-bytes-ip", times=200 * 1024 * 1024, seconds=3600)
BYTES_BY_WIDGET = Limit(name="chat-bytes-inbox", times=2 * 1024 * 1024 * 1024, seconds=3600)
RATINGS_BY_VISITOR = Limit(name="chat-rating", times=30, seconds=600)
ENDS_BY_VISITOR = Limit(name="chat-end", times=30, seconds=600)
FORMS_BY_ADDRESS = Limit(name="chat-form-ip", times=20, seconds=600)

# Each look at the free times counts shifts and bookings; each booking makes somebody call.
OFFERS_BY_ADDRESS = Limit(name="chat-slots-ip", times=60, seconds=60)
BOOKINGS_BY_ADDRESS = Limit(name="chat-booking-ip", times=20, seconds=3600)
BOOKINGS_BY_VISITOR = Limit(name="chat-booking", times=10, seconds=3600)
# What strangers of one network have booked, not what they have tried.
STRANGERS_CALLS_BY_ADDRESS = Limit(name="chat-stranger-calls-ip", times=6, seconds=24 * 3600)
BOOKINGS_BY_WIDGET = Limit(name="chat-booking-inbox", times=300, seconds=3600)


def address_of(request: HttpRequest) -> str:
    meta = request.META
    return client_address(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), settings.TRUSTED_PROXIES)


def require_message_room(*, address: str, uid: str, inbox_id: int, is_new: bool) -> None:
    """Raises TooMany. Checked before anything is stored."""
    require(MESSAGES_BY_VISITOR, uid)
    require(MESSAGES_BY_ADDRESS, address)
    require(MESSAGES_BY_WIDGET, inbox_id)
    if is_new:
        require(NEW_VISITORS_BY_ADDRESS, address)


def require_booking_room(*, address: str, uid: str, inbox_id: int) -> None:
    """For booking, moving and calling off alike. Raises TooMany."""
    require(BOOKINGS_BY_VISITOR, uid)
    require(BOOKINGS_BY_ADDRESS, address)
    require(BOOKINGS_BY_WIDGET, inbox_id)


def require_stranger_room(address: str) -> None:
    """Before a call is booked that nothing else speaks against. Raises TooMany, which tells what is possible today."""
    try:
        require(STRANGERS_CALLS_BY_ADDRESS, address)
    except TooMany as refusal:
        raise TooMany(refusal.message, details=refusal.details, word="call_enough") from refusal


def require_file_room(*, address: str, inbox_id: int, size: int) -> None:
    """Raises TooMany. Checked before the files are read."""
    require(FILES_BY_ADDRESS, address)
    require(BYTES_BY_ADDRESS, address, size)
    require(BYTES_BY_WIDGET, inbox_id, size)
