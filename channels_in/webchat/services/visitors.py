"""Changes of visitors: first words, what they say about themselves, signing in and out, being here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from channels_in.models import ChatVisitor, SignedSignIn
from channels_in.webchat import push, tokens
from channels_in.webchat.names import allowed_name
from channels_in.webchat.payload import KIND
from channels_in.webchat.presence import GONE_AFTER
from channels_in.webchat.signed_identity import IdentityRefused, SignedIdentity
from channels_in.webchat.tokens import VisitorKey
from core.clock import now
from core.errors import Conflict, Invalid
from core.events.bus import unit_of_work
from people.models import Contact, Identity
from people.selectors.agents import active_agents
from people.services import contacts
from tickets.models import Inbox
from tickets.services.threads import hand_over_thread


def anonymous_value(key: VisitorKey) -> str:
    """The address of an unsigned browser: one widget, one browser."""
    return f"{key.inbox_id}:v:{key.uid}"


def arrive(inbox: Inbox, key: VisitorKey) -> ChatVisitor:
    """The visitor's row, made when they first have something to say. Raises TokenRefused for an outdated key."""
    known = ChatVisitor.objects.select_related("identity").filter(uid=key.uid).first()
    if known is not None:
        if known.generation != key.generation or known.inbox_id != inbox.pk:
            raise tokens.TokenRefused("This chat session has ended. Reload the page.")
        return known
    with unit_of_work():
        identity = contacts.identify(kind=KIND, value=anonymous_value(key), name=f"Visitor {key.uid[:4]}")
        visitor, is_new = ChatVisitor.objects.get_or_create(
            uid=key.uid, defaults={"inbox": inbox, "identity": identity, "generation": key.generation}
        )
    if is_new:
        transaction.on_commit(lambda: push.ask_again(key.uid))
    return visitor


def introduce(visitor: ChatVisitor, *, name: str = "", email: str = "", is_mail_wanted: bool = False) -> ChatVisitor:
    """Note what an unsigned visitor says about themselves: shown as a claim, and answers may go to the address."""
    email = checked_email(email) if email.strip() else ""
    if visitor.is_verified:
        name, email = "", visitor.email or email
    name = allowed_name(name, taken=_our_names(visitor.inbox)) or visitor.name
    visitor.name, visitor.email = name, email or visitor.email
    visitor.is_mail_wanted = visitor.is_mail_wanted or is_mail_wanted
    if visitor.email and visitor.mail_due_at is None:
        # What is unread already now has somewhere to go; the tick looks whether there is anything.
        visitor.mail_due_at = now() + GONE_AFTER
    visitor.save(update_fields=["name", "email", "is_mail_wanted", "mail_due_at"])
    _name_contact(visitor)
    return visitor


def note_language(visitor: ChatVisitor, language: str) -> None:
    """Which language they read, as far as nobody has said; whatever the desk writes by itself is in it."""
    Contact.objects.filter(identities=visitor.identity_id, language="").update(language=language)


def sign_in(inbox: Inbox, key: VisitorKey, claims: SignedIdentity) -> ChatVisitor:
    """This browser is now the signed user: their history on any device, and a new generation of tokens."""
    with unit_of_work():
        _use_once(inbox, claims, uid=key.uid)
        visitor = arrive(inbox, key)
        identity = _signed_identity(visitor, claims)
        is_new = visitor.identity_id != identity.pk
        if is_new and not visitor.is_verified:
            hand_over_thread(inbox, from_key=visitor.identity.value, to_key=identity.value)
        visitor.identity, visitor.is_verified = identity, True
        visitor.name, visitor.email = claims.name or visitor.name, claims.email
        visitor.generation += 1 if is_new else 0
        visitor.save(update_fields=["identity", "is_verified", "name", "email", "generation"])
    _name_contact(visitor)
    return visitor


def follow_sign_in(visitor: ChatVisitor) -> None:
    """Words of an unsigned browser that signed in while they were stored go on in the signed user's conversation."""
    current = ChatVisitor.objects.select_related("identity").get(pk=visitor.pk)
    if current.identity_id != visitor.identity_id:
        hand_over_thread(visitor.inbox, from_key=visitor.identity.value, to_key=current.identity.value)


def sign_out(key: VisitorKey) -> None:
    """Tokens of this browser are worth nothing from now on; the next one starts from nothing."""
    ended = ChatVisitor.objects.filter(uid=key.uid, generation=key.generation).update(generation=F("generation") + 1)
    if ended:
        transaction.on_commit(lambda: push.send_away(key.uid))


def mark_present(visitor_ids: Iterable[int]) -> None:
    """Their chat is open and in view now; one cheap write for all of a process's visitors."""
    ChatVisitor.objects.filter(pk__in=list(visitor_ids)).update(last_seen_at=now())


def mark_agent_saw(identity_id: int, *, message_id: int) -> bool:
    """An agent has the visitor's messages up to this one on the screen. False when that is old news."""
    changed = ChatVisitor.objects.filter(identity_id=identity_id, agent_saw_id__lt=message_id)
    return bool(changed.update(agent_saw_id=message_id))


def expect_reading(identity_id: int) -> None:
    """An answer has been shown; when it stays unread, the tick will look whether to send it by mail."""
    waiting = ChatVisitor.objects.filter(identity_id=identity_id, mail_due_at__isnull=True).exclude(email="")
    waiting.update(mail_due_at=now() + GONE_AFTER)


def forget_used_tokens(*, older_than: timedelta = timedelta(hours=2)) -> int:
    """Signed identities cannot be replayed once they have expired by themselves."""
    return SignedSignIn.objects.filter(expires_at__lt=now() - older_than).delete()[0]


def checked_email(email: str) -> str:
    """Raises Invalid at the field."""
    cleaned = email.strip().lower()
    try:
        validate_email(cleaned)
    except ValidationError as problem:
        raise Invalid(
            "This e-mail address does not look right.",
            fields={"email": "Enter an address such as name@example.com."},
            word="email_wrong",
        ) from problem
    return cleaned[:320]


def _use_once(inbox: Inbox, claims: SignedIdentity, *, uid: str) -> None:
    used, _ = SignedSignIn.objects.get_or_create(
        inbox=inbox,
        jti=claims.token_id,
        defaults={"uid": uid, "expires_at": datetime.fromtimestamp(claims.expires_at, UTC)},
    )
    if used.uid != uid:
        raise IdentityRefused("This signed identity was used by another browser.")


def _signed_identity(visitor: ChatVisitor, claims: SignedIdentity) -> Identity:
    """A user whom we have never met is the contact of their address, else of this browser's conversation."""
    value = f"{visitor.inbox_id}:u:{claims.subject}"
    known = Identity.objects.filter(kind=KIND, value=value).first()
    if known:
        return known
    owner = _owner_of(claims.email) or (None if visitor.is_verified else visitor.identity.contact)
    if owner is None:
        made = contacts.identify(kind=KIND, value=value, name=claims.name, verified_how="signed")
        owner = made.contact
    if claims.email:
        with contextlib.suppress(Conflict):  # an unverified owner keeps it until someone merges the two
            contacts.add_identity(owner, kind="email", value=claims.email, verified_how="signed")
    return contacts.add_identity(owner, kind=KIND, value=value, verified_how="signed")


def _owner_of(email: str) -> Contact | None:
    """The contact whose address this is known to be; a mere claim on it counts for nothing."""
    proven = Identity.objects.select_related("contact").filter(kind="email", value=email).exclude(verified_how="")
    found = proven.first() if email else None
    return found.contact if found else None


def _name_contact(visitor: ChatVisitor) -> None:
    """A contact whom nobody has named yet goes by what they say."""
    contact = Contact.objects.filter(identities=visitor.identity_id).first()
    if contact and visitor.name and (not contact.name or contact.name.startswith("Visitor ")):
        contacts.rename(contact, name=visitor.name)


def _our_names(inbox: Inbox) -> list[str]:
    return [inbox.name, str(inbox.config.get("title") or ""), *active_agents().values_list("name", flat=True)]
