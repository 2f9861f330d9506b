"""Visitors: nothing before they speak, claims stay claims, a signed user is one person on all devices."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db.models import Model

from channels_in.models import ChatVisitor, SignedSignIn
from channels_in.webchat import conversation, signed_identity, tokens
from channels_in.webchat.services import visitors
from channels_in.webchat.signed_identity import IdentityRefused, SignedIdentity
from channels_in.webchat.tokens import TokenRefused, new_key
from core.errors import Invalid
from people.models import Contact, Identity
from tests.cast import Cast, new_ticket
from tests.channels_in.webchat.people import SECRET, a_chat, a_visitor, key_of, says, signed
from tickets.models import Inbox

pytestmark = pytest.mark.django_db


def claims(inbox: Inbox, **changes: Any) -> SignedIdentity:
    token = signed(inbox, **changes)
    return signed_identity.read(token, secrets=[SECRET], audience=inbox.token, now=int(time.time()))


def count(model: type[Model]) -> int:
    return model._default_manager.count()


def test_browser_gets_a_key_and_nothing_is_stored() -> None:
    inbox = a_chat()
    tokens.issue(new_key(inbox.pk))
    assert count(ChatVisitor) == count(Contact) == 0


def test_visitor_arrives_twice_and_is_one() -> None:
    inbox = a_chat()
    key = new_key(inbox.pk)
    assert a_visitor(inbox, key).pk == a_visitor(inbox, key).pk
    assert count(Contact) == 1


def test_visitor_claims_a_known_address_and_finds_no_history(cast: Cast) -> None:
    new_ticket(cast.mail, "My secret refund")
    visitor = visitors.introduce(a_visitor(cast.chat), name="Rosa Lind", email="rosa@example.net")
    assert visitor.identity.contact != cast.rosa
    assert conversation.ticket_of(visitor) is None
    assert list(cast.rosa.identities.values_list("kind", flat=True)) == ["email"]


def test_visitor_claims_an_agents_name_and_does_not_get_it(cast: Cast) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), name="Ana Ruiz")
    assert visitor.name == ""
    ticket = says(visitor)
    assert ticket.contact.name.startswith("Visitor ")


def test_visitor_leaves_a_broken_address_and_hears_where(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        visitors.introduce(a_visitor(cast.chat), email="not an address")
    assert set(refusal.value.fields) == {"email"}


def test_visitor_says_a_name_and_agents_read_it(cast: Cast) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), name="Eva")
    assert says(visitor).contact.name == "Eva"


def test_signed_user_keeps_the_conversation_that_the_browser_had(cast: Cast) -> None:
    visitor = a_visitor(cast.chat)
    before = key_of(visitor)
    ticket = says(visitor)
    after = visitors.sign_in(cast.chat, before, claims(cast.chat))
    assert after.is_verified
    assert conversation.ticket_of(after) == ticket
    assert [message["text"] for message in conversation.newest(after, ticket).messages] == ["Where is my parcel?"]
    assert says(after, "It is me.") == ticket
    assert len(conversation.newest(after, ticket).messages) == 2
    with pytest.raises(TokenRefused):
        visitors.arrive(cast.chat, before)


def test_signed_user_comes_with_another_device_and_goes_on(cast: Cast) -> None:
    first = visitors.sign_in(cast.chat, new_key(cast.chat.pk), claims(cast.chat))
    ticket = says(first)
    second = visitors.sign_in(cast.chat, new_key(cast.chat.pk), claims(cast.chat))
    assert second.identity == first.identity
    assert conversation.ticket_of(second) == ticket
    assert conversation.newest(second, ticket).messages


def test_signed_address_joins_the_contact_who_proved_it(cast: Cast) -> None:
    Identity.objects.filter(contact=cast.rosa).update(verified_how="token")
    rosa = visitors.sign_in(cast.chat, new_key(cast.chat.pk), claims(cast.chat, email="rosa@example.net"))
    assert rosa.identity.contact == cast.rosa


def test_signed_address_of_an_unproven_contact_joins_nobody(cast: Cast) -> None:
    stranger = visitors.sign_in(cast.chat, new_key(cast.chat.pk), claims(cast.chat, email="rosa@example.net"))
    assert stranger.identity.contact != cast.rosa


def test_signed_token_is_replayed_by_another_browser_and_refused(cast: Cast) -> None:
    identity = claims(cast.chat)
    first = new_key(cast.chat.pk)
    visitors.sign_in(cast.chat, first, identity)
    with pytest.raises(IdentityRefused):
        visitors.sign_in(cast.chat, new_key(cast.chat.pk), identity)


def test_user_signs_out_and_the_old_token_is_dead(cast: Cast) -> None:
    user = visitors.sign_in(cast.chat, new_key(cast.chat.pk), claims(cast.chat))
    visitors.sign_out(key_of(user))
    with pytest.raises(TokenRefused):
        visitors.arrive(cast.chat, key_of(user))


def test_expired_sign_ins_are_forgotten(cast: Cast) -> None:
    visitors.sign_in(cast.chat, new_key(cast.chat.pk), claims(cast.chat))
    assert visitors.forget_used_tokens() == 0
    SignedSignIn.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert visitors.forget_used_tokens() == 1
