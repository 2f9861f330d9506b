"""Strangers' HTML and files reach the agent's browser only with headers that keep them harmless."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, inbound, last_message, ticket_of
from tests.workspace.conftest import SignIn
from tickets.models import Attachment, Message
from tickets.services import files
from tickets.services.files import StoredFile
from tickets.services.intake import record_inbound

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def a_file(name: str, kind: str, content: bytes, content_id: str = "") -> StoredFile:
    return files.store(content, name=name, content_type=kind, is_inline=bool(content_id), content_id=content_id)


def a_mail(cast: Cast, *stored: StoredFile, html: str = "", remote: bool = False) -> Message:
    mail = inbound("Hi", html=html, has_remote_images=remote)
    return last_message(ticket_of(record_inbound(mail, inbox=cast.mail, stored=stored)))


def content_of(answer: Any) -> bytes:
    """Reading to the end closes the file as well."""
    return b"".join(answer.streaming_content)


def test_mail_is_framed_without_scripts_or_remote_images(cast: Cast, sign_in: SignIn) -> None:
    html = '<p style="color:red">Hi</p><img src="https://track.example/x.gif">'
    message = a_mail(cast, html=html, remote=True)
    answer = sign_in(cast.ana).get(f"/m/{message.pk}/body/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "img-src 'self';" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert b'data-remote="1"' in answer.content


def test_agent_may_ask_for_the_images(cast: Cast, sign_in: SignIn) -> None:
    message = a_mail(cast, html='<img src="https://pictures.example/x.gif">', remote=True)
    answer = sign_in(cast.ana).get(f"/m/{message.pk}/body/?images=1")
    assert "img-src 'self' https: http:" in answer["Content-Security-Policy"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_stored_html_is_cleaned_again_when_shown(cast: Cast, sign_in: SignIn) -> None:
    message = a_mail(cast, html="<b>Hi</b><script>alert(1)</script><form action=/x></form>")
    body = sign_in(cast.ana).get(f"/m/{message.pk}/body/").content
    assert b"<script" not in body
    assert b"<form" not in body


def test_picture_inside_a_mail_is_its_own_file(cast: Cast, sign_in: SignIn) -> None:
    logo = a_file("logo.png", "image/png", PNG, "logo@mail")
    message = a_mail(cast, logo, html='<img src="cid:logo@mail"><img src="cid:other@mail">')
    body = sign_in(cast.ana).get(f"/m/{message.pk}/body/").content.decode()
    assert f'src="/attachments/{logo.id}/"' in body
    assert "cid:" not in body


@pytest.mark.parametrize(
    ("name", "kind", "content", "shown"),
    [
        ("photo.png", "image/png", PNG, "image/png"),
        ("evil.svg", "image/svg+xml", b"<svg onload=alert(1)>", ""),
        ("page.html", "text/html", b"<script>alert(1)</script>", ""),
        ("liar.png", "image/png", b"<script>alert(1)</script>", ""),
    ],
)
def test_only_true_pictures_are_shown(
    cast: Cast, sign_in: SignIn, name: str, kind: str, content: bytes, shown: str
) -> None:
    message = a_mail(cast, a_file(name, kind, content))
    file = Attachment.objects.get(message=message)
    answer = sign_in(cast.ana).get(f"/attachments/{file.pk}/")
    assert answer["Content-Type"] == (shown or "application/octet-stream")
    assert answer["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert content_of(answer) == content


def test_files_and_bodies_ask_for_permission_each_time(cast: Cast, sign_in: SignIn) -> None:
    mail = inbound("Secret", html="<p>Secret</p>")
    secret = a_file("secret.pdf", "application/pdf", b"%PDF")
    message = last_message(ticket_of(record_inbound(mail, inbox=cast.legal_mail, stored=[secret])))
    ana = sign_in(cast.ana)
    assert ana.get(f"/attachments/{secret.id}/").status_code == 404
    assert ana.get(f"/m/{message.pk}/body/").status_code == 404
    assert content_of(sign_in(cast.cleo).get(f"/attachments/{secret.id}/")) == b"%PDF"


def test_waiting_upload_is_its_authors_only(cast: Cast, sign_in: SignIn) -> None:
    kept = files.upload(b"x", name="x.txt", content_type="text/plain", agent=cast.ana)
    assert content_of(sign_in(cast.ana).get(f"/attachments/{kept.pk}/")) == b"x"
    assert sign_in(cast.mona).get(f"/attachments/{kept.pk}/").status_code == 404
