"""What Rosa does in Telegram, and what the agents see of it."""

from __future__ import annotations

from typing import Any

import pytest

from channels_in.base import Ignored
from channels_in.models import InboundDelivery
from channels_in.telegram.parse import parse
from people.models import Identity
from tests.channels_in import telegram_updates as rosa
from tests.channels_in.doors import handle_all, knock, says
from tests.fakes.bot_api import BotApi, Refusal
from tickets.inbound import Inbound, Reachability
from tickets.models import Attachment, Inbox, Message, Ticket
from tickets.selectors.outgoing import content_of

pytestmark = pytest.mark.django_db


def make_due() -> None:
    """Time passes: the album's quiet moment, the pause before a retry."""
    InboundDelivery.objects.filter(state="new").update(due_at="2020-01-01T00:00Z")


def test_customer_writes_and_a_ticket_appears(bot: Inbox) -> None:
    says(bot, rosa.text(41, "Hinge broke"))
    message = Message.objects.get()
    assert (message.text, message.channel, message.external_id) == ("Hinge broke", "telegram", "5550001:41")
    identity = Identity.objects.get(kind="telegram")
    assert (identity.value, identity.label, identity.verified_how) == ("5550001", "Rosa Lind", "provider")
    assert InboundDelivery.objects.get().outcome == "created"


def test_customer_writes_again_into_the_same_ticket_in_order(bot: Inbox) -> None:
    says(bot, *[rosa.text(number, f"line {number}") for number in range(41, 46)])
    assert Ticket.objects.count() == 1
    assert list(Message.objects.order_by("seq").values_list("text", flat=True)) == [f"line {n}" for n in range(41, 46)]


def test_two_customers_get_two_tickets(bot: Inbox) -> None:
    says(bot, rosa.text(41, "Hello"), rosa.text(41, "Hello", chat=5550002))
    assert Ticket.objects.count() == 2


def test_photo_arrives_in_its_largest_size_with_the_caption(bot: Inbox, bot_api: BotApi) -> None:
    bot_api.files["large"] = b"\xff\xd8 large"
    says(bot, rosa.photo(42, caption="see"))
    file = Attachment.objects.get()
    assert (file.name, file.content_type, content_of(file)) == ("photo-42.jpg", "image/jpeg", b"\xff\xd8 large")
    assert file.message is not None
    assert file.message.text == "see"


def test_document_keeps_its_name_made_harmless(bot: Inbox, bot_api: BotApi) -> None:
    bot_api.files["doc"] = b"%PDF"
    document = {
        "file_id": "doc",
        "file_name": "../../bill\u202egpj.pdf",
        "mime_type": "application/pdf",
        "file_size": 4,
    }
    says(bot, rosa.update(message=rosa.message(43, document=document)))
    assert Attachment.objects.get().name == "billgpj.pdf"


def test_voice_note_is_a_file(bot: Inbox, bot_api: BotApi) -> None:
    bot_api.files["v"] = b"OggS"
    voice = {"file_id": "v", "duration": 3, "mime_type": "audio/ogg", "file_size": 4}
    says(bot, rosa.update(message=rosa.message(44, voice=voice)))
    assert Attachment.objects.get().content_type == "audio/ogg"


def test_too_large_file_leaves_a_sentence_and_the_words(bot: Inbox) -> None:
    document = {"file_id": "big", "file_name": "film.mkv", "file_size": 30_000_000}
    says(bot, rosa.update(message=rosa.message(43, document=document, caption="my film")))
    message = Message.objects.get()
    assert message.text == "my film"
    assert "film.mkv: larger than the 20 MB" in message.problems[0]


def test_file_that_is_gone_leaves_a_sentence_and_the_words(bot: Inbox) -> None:
    says(bot, rosa.photo(42, caption="see"))
    message = Message.objects.get()
    assert (message.text, message.problems) == ("see", ["photo-42.jpg: Telegram does not have this file any more."])


def test_file_server_in_trouble_delays_the_message_and_loses_nothing(bot: Inbox, bot_api: BotApi) -> None:
    bot_api.files["large"] = b"later"
    bot_api.next["getFile"] = [Refusal(502, "Bad Gateway")]
    says(bot, rosa.photo(42, caption="see"))
    assert not Message.objects.exists()
    make_due()
    handle_all()
    assert content_of(Attachment.objects.get()) == b"later"


def test_album_becomes_one_message_after_a_quiet_moment(bot: Inbox, bot_api: BotApi) -> None:
    bot_api.files |= {"file-51": b"one", "file-52": b"two", "file-53": b"three"}
    for body in rosa.album("139", 51, 52, 53):
        knock(bot, body)
    knock(bot, rosa.text(54, "after the album"))
    handle_all()
    assert not Message.objects.exists()  # more pictures may still come, and what follows waits for them
    make_due()
    handle_all()
    album, after = Message.objects.order_by("seq")
    assert (album.text, album.external_id, after.text) == ("two photos", "5550001:51", "after the album")
    files = album.attachments.order_by("name")
    assert [content_of(file) for file in files] == [b"one", b"two", b"three"]
    assert set(InboundDelivery.objects.values_list("state", flat=True)) == {"done"}


def test_edit_changes_the_shown_words_and_keeps_the_earlier_ones(bot: Inbox) -> None:
    edited = rosa.message(41, text="Hinge loose") | {"edit_date": 1763766100}
    says(bot, rosa.text(41, "Hinge broke"), rosa.update(edited_message=edited))
    message = Message.objects.get()
    assert message.text == "Hinge loose"
    assert message.edited_at is not None
    assert message.ticket.events.get(kind="MessageEdited").data["before"] == "Hinge broke"


def test_customer_blocks_and_comes_back(bot: Inbox) -> None:
    says(bot, rosa.text(41, "Hello"), rosa.membership("kicked"))
    assert Identity.objects.get().unreachable_reason == "The customer has blocked the bot on Telegram."
    says(bot, rosa.membership("member"))
    assert Identity.objects.get().unreachable_at is None


@pytest.mark.parametrize("words", ["/start", "/start tk_abc"])
def test_start_opens_no_ticket(bot: Inbox, words: str) -> None:
    says(bot, rosa.text(40, words))
    assert not Ticket.objects.exists()
    assert InboundDelivery.objects.get().outcome == "noted"


def test_groups_and_unknown_updates_are_answered_and_left_alone(bot: Inbox) -> None:
    group = rosa.message(1, text="@desk_bot hi") | {"chat": {"id": -100123, "type": "supergroup", "title": "G"}}
    reaction = {"chat": {"id": rosa.ROSA, "type": "private"}, "message_id": 42, "new_reaction": []}
    says(bot, rosa.update(message=group), rosa.update(message_reaction=reaction), rosa.update())
    assert not Ticket.objects.exists()
    assert set(InboundDelivery.objects.values_list("state", "outcome")) == {("ignored", "ignored")}
    reasons = list(InboundDelivery.objects.order_by("id").values_list("reason", flat=True))
    assert reasons[1] == "This kind of Telegram update is not used: message_reaction"


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({"location": {"latitude": 52.5, "longitude": 13.4}}, "Location: 52.5, 13.4"),
        ({"venue": {"title": "Café", "address": "Main St 1"}, "location": {}}, "Place: Café, Main St 1"),
        ({"contact": {"phone_number": "+4930", "first_name": "Max"}}, "Contact: Max +4930"),
        ({"sticker": {"emoji": "👍", "file_id": "x"}}, "👍"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "🎲 4"),
        ({"poll": {"id": "1"}}, "The customer sent a poll, which can only be seen in Telegram."),
        (
            {"text": "look", "forward_origin": {"type": "hidden_user", "sender_user_name": "Max", "date": 1}},
            "Forwarded from Max:\nlook",
        ),
        ({"text": "a\x00b\r\nc"}, "ab\nc"),
    ],
)
def test_parser_finds_words_for_everything(parts: dict[str, Any], shown: str) -> None:
    (event,) = parse(rosa.update(message=rosa.message(7, **parts)))
    assert isinstance(event, Inbound)
    assert event.text == shown


def test_parser_ignores_service_messages() -> None:
    (event,) = parse(rosa.update(message=rosa.message(7, pinned_message={"message_id": 3})))
    assert isinstance(event, Ignored)


def test_parser_knows_who_left() -> None:
    (event,) = parse(rosa.membership("left"))
    assert isinstance(event, Reachability)
    assert not event.is_reachable
