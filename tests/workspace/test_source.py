"""The original of a message: readable headers, and every byte as it came, for those who may see the message."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_in.email.door import Mail, take_in
from channels_in.models import InboundDelivery
from channels_in.services.process import process
from tests.cast import Cast
from tests.channels_in.email.samples import mail, multipart
from tests.workspace.conftest import SignIn
from tickets.models import Inbox, Message

pytestmark = pytest.mark.django_db
EVENT = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
DTSTART:20261130T090000Z
DTEND:20261130T103000Z
SUMMARY:Fitting of the <b>hinges</b>
ORGANIZER:mailto:rosa@example.net
END:VEVENT
END:VCALENDAR"""


def arrives(inbox: Inbox, raw: bytes) -> Message:
    accepted = take_in(inbox, Mail(raw=raw, mail_from="rosa@example.net", rcpt_to=inbox.address), is_enqueued=False)
    process([accepted.delivery_id])
    row = InboundDelivery.objects.get(pk=accepted.delivery_id)
    assert row.message_id is not None, row.reason or row.error
    return Message.objects.get(pk=row.message_id)


def test_agent_reads_the_headers_and_downloads_every_byte(cast: Cast, sign_in: SignIn) -> None:
    raw = mail(b"Gr\xfc\xdfe\r\n\x00\xff", subject="=?utf-8?q?Gr=C3=BC=C3=9Fe?=", x_tag="<script>")
    message = arrives(cast.mail, raw)
    page = sign_in(cast.ana).get(f"/m/{message.pk}/source/")
    assert "Grüße" in page.content.decode()
    assert b"X-Tag" in page.content
    assert b"&lt;script&gt;" in page.content
    file = sign_in(cast.ana).get(f"/m/{message.pk}/source/file/")
    assert file.content == raw
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")
    details = sign_in(cast.ana).get(f"/tickets/{message.ticket.number}/pane/").content
    assert f"/m/{message.pk}/source/".encode() in details


def test_a_ticket_of_others_has_no_source(cast: Cast, sign_in: SignIn) -> None:
    message = arrives(cast.legal_mail, mail("Secret"))
    for address in (f"/m/{message.pk}/source/", f"/m/{message.pk}/source/file/"):
        assert sign_in(cast.ana).get(address).status_code == 404
        assert sign_in(cast.cleo).get(address).status_code == 200


def test_a_message_without_an_original_says_so(cast: Cast, sign_in: SignIn) -> None:
    message = arrives(cast.mail, mail("Hello"))
    InboundDelivery.objects.all().delete()
    assert sign_in(cast.ana).get(f"/m/{message.pk}/source/").status_code == 404


def test_an_invitation_is_shown_as_a_card(cast: Cast, sign_in: SignIn) -> None:
    kind, body = multipart(
        "alternative", "Content-Type: text/plain\n\nPlease come.", f"Content-Type: text/calendar\n\n{EVENT}"
    )
    message = arrives(cast.mail, mail(body, content_type=kind))
    assert message.understood["invitation"]["summary"] == "Fitting of the <b>hinges</b>"
    page = sign_in(cast.ana).get(f"/tickets/{message.ticket.number}/pane/").content.decode()
    assert "Invitation" in page
    assert "Fitting of the &lt;b&gt;hinges&lt;/b&gt;" in page
    assert "30 Nov 2026" in page


TREES = st.recursive(
    st.binary(max_size=40).map(lambda content: b"Content-Type: text/plain\n\n" + content),
    lambda parts: st.lists(parts, min_size=1, max_size=3).map(
        lambda found: b"Content-Type: multipart/mixed; boundary=B\n\n--B\n" + b"\n--B\n".join(found) + b"\n--B--"
    ),
    max_leaves=6,
)
HEADERS = st.dictionaries(
    st.sampled_from(["subject", "date", "to", "cc", "references", "in_reply_to", "x_any", "content_type"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    max_size=4,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HEADERS, TREES)
def test_no_mail_crashes_or_loses_a_byte(cast: Cast, sign_in: SignIn, headers: dict[str, str], tree: bytes) -> None:
    raw = mail(b"", message_id="", **headers).removesuffix(b"\n") + tree
    message = arrives(cast.mail, raw)
    assert sign_in(cast.ana).get(f"/m/{message.pk}/source/file/").content == raw
