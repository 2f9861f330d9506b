"""The chat's data over HTTP: its session, earlier messages, and words and files when there is no socket."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from channels_in.webchat import conversation
from channels_in.webchat.services import visitors, words
from core.errors import Invalid, NotFound, TooLarge
from core.limits import require
from portal import booking, chat, limits
from portal.availability import availability_of
from portal.chat import About, Guest
from portal.doors import bearer, chat_door, json_body, word
from portal.words import language_of
from tickets.inbound import InboundFile
from tickets.selectors.bodies import opened

_MAX_UPLOAD = words.MAX_FILES * words.MAX_FILE_BYTES + 64 * 1024


@chat_door("POST")
def session_action(request: HttpRequest, inbox_token: str) -> HttpResponse:
    """Begin or go on: a fresh token, the conversation so far, and whether anybody is there."""
    inbox = chat.widget(inbox_token)
    require(limits.SESSIONS, limits.address_of(request))
    said = json_body(request)
    guest = chat.welcome(inbox, word(said, "token"), word(said, "jwt", 5000), language=language_of(request))
    return JsonResponse({**chat.session(guest), "call": booking.in_session(guest)})


@chat_door("POST")
def sign_out_action(request: HttpRequest, inbox_token: str) -> HttpResponse:
    guest = _guest(request, inbox_token)
    visitors.sign_out(guest.key)
    return HttpResponse(status=204)


@chat_door("GET")
def status_page(request: HttpRequest, inbox_token: str) -> HttpResponse:
    """Whether somebody is there now; asked now and then while the away form is open."""
    now = availability_of(chat.widget(inbox_token), language_of(request))
    return JsonResponse({"online": now.is_online, "away": now.text})


@chat_door("GET", "POST")
def messages_page(request: HttpRequest, inbox_token: str) -> HttpResponse:
    guest = _guest(request, inbox_token)
    if request.method == "POST":
        return _say(request, guest)
    if guest.visitor is None:
        return JsonResponse({"messages": [], "earlier": False})
    before, seq, ticket = (_asked(request, name) for name in ("before", "seq", "ticket"))
    if before is not None:
        return JsonResponse(chat.earlier(guest.visitor, before_seq=before))
    return JsonResponse({"conversation": chat.shown(guest, ticket_number=ticket, seq=seq or 0)})


@chat_door("POST")
def away_action(request: HttpRequest, inbox_token: str) -> HttpResponse:
    """The form of those who found nobody: the answer comes to the address they leave."""
    guest = _guest(request, inbox_token)
    address = limits.address_of(request)
    require(limits.FORMS_BY_ADDRESS, address)
    said = json_body(request)
    about = About(name=word(said, "name", 160), email=word(said, "email", 320))
    _require_email(guest, about)
    # People leave the field that they cannot see alone; machines fill it in.
    if word(said, "website"):
        return JsonResponse({"stored": word(said, "id")})
    told = chat.speak(
        guest,
        address=address,
        client_id=word(said, "id"),
        text=word(said, "text", 20_000),
        about=about,
        page=word(said, "page"),
        is_mail_wanted=True,
    )
    return _told(told, client_id=word(said, "id"))


@chat_door("POST")
def address_action(request: HttpRequest, inbox_token: str) -> HttpResponse:
    """Leave an address during a conversation, so that a late answer also comes by mail."""
    guest = _guest(request, inbox_token)
    require(limits.FORMS_BY_ADDRESS, limits.address_of(request))
    if guest.visitor is None:
        raise NotFound("There is no conversation yet.")
    email = word(json_body(request), "email", 320)
    visitor = chat.introduce(guest.visitor, About(email=visitors.checked_email(email)))
    return JsonResponse({"email": visitor.email})


@chat_door("POST")
def end_action(request: HttpRequest, inbox_token: str) -> HttpResponse:
    """The visitor ends the chat; twice is once."""
    guest = _guest(request, inbox_token)
    require(limits.ENDS_BY_VISITOR, guest.key.uid)
    chat.end(guest)
    return JsonResponse({"conversation": chat.shown(guest)})


@chat_door("GET")
def file_page(request: HttpRequest, inbox_token: str, file_id: UUID) -> HttpResponseBase:
    """A file of the visitor's own conversation; never shown in place, never guessed at."""
    guest = _guest(request, inbox_token)
    if guest.visitor is None:
        raise NotFound("This file is not part of your conversation.")
    file = conversation.file_for(guest.visitor, file_id)
    response = FileResponse(
        opened(file),
        as_attachment=True,
        filename=file.name,
        content_type="application/octet-stream",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _asked(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")[:9]
    return int(text) if text.isdecimal() else None


def _say(request: HttpRequest, guest: Guest) -> HttpResponse:
    address = limits.address_of(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > _MAX_UPLOAD:
        raise TooLarge("These files are too large to send together.", word="files_too_large")
    uploads = request.FILES.getlist("files")
    if uploads:
        size = sum(upload.size or 0 for upload in uploads)
        limits.require_file_room(address=address, inbox_id=guest.inbox.pk, size=size)
    form = request.POST
    told = chat.speak(
        guest,
        address=address,
        client_id=str(form.get("id", "")),
        text=str(form.get("text", "")),
        about=About(name=str(form.get("name", ""))[:160], email=""),
        files=[_file(upload) for upload in uploads[: words.MAX_FILES + 1]],
        page=str(form.get("page", "")),
    )
    return _told(told, client_id=str(form.get("id", "")))


def _told(guest: Guest, *, client_id: str) -> HttpResponse:
    return JsonResponse({"stored": client_id, "conversation": chat.shown(guest)})


def _file(upload: UploadedFile[Any]) -> InboundFile:
    if (upload.size or 0) > words.MAX_FILE_BYTES:
        limit = f"{words.MAX_FILE_BYTES // 1_048_576} MB"
        raise TooLarge(
            f"“{upload.name}” is larger than {limit}.",
            fields={"files": f"At most {limit} each."},
            word="files_too_large",
        )
    return InboundFile(
        name=upload.name or "file",
        content_type=upload.content_type or "application/octet-stream",
        content=upload.read(),
    )


def _guest(request: HttpRequest, inbox_token: str) -> Guest:
    return chat.guest_of(chat.widget(inbox_token), bearer(request), language=language_of(request))


def _require_email(guest: Guest, about: About) -> None:
    if not about.email.strip() and not (guest.visitor and guest.visitor.email):
        raise Invalid(
            "Please leave an e-mail address.", fields={"email": "We need it to answer you."}, word="email_missing"
        )
