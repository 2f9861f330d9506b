"""The widget's script, the chat's page and the demo's shop: small, strict, and framed only where allowed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from tests.cast import Cast

CHAT = Path(settings.BASE_DIR) / "static/portal"


def policy_of(response: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_site_loads_the_script_once_and_then_for_free() -> None:
    first = Client().get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert first.status_code == 200
    assert len(first.content) <= 4096
    assert gzip.decompress(first.content).startswith(b"(() => {")
    assert first["Cache-Control"] == "public, max-age=300"
    assert first["Content-Type"].startswith("text/javascript")
    assert not first.cookies
    again = Client().get("/widget.js", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    plain = Client().get("/widget.js")
    assert "Content-Encoding" not in plain
    assert gzip.decompress(first.content) == plain.content


def test_script_is_the_same_for_everybody() -> None:
    contents = {Client(headers={"Cookie": f"a={n}"}).get(f"/widget.js?{n}").content for n in range(3)}
    assert len(contents) == 1


@pytest.mark.django_db
def test_widget_names_its_sites_and_only_they_may_frame_it(cast: Cast, settings: Settings) -> None:
    settings.DEMO = False
    cast.chat.config = {"allowed_origins": ["https://shop.example", "'self'", "evil; script-src *"]}
    cast.chat.save()
    page = Client().get(f"/chat/{cast.chat.token}/")
    assert policy_of(page)["frame-ancestors"] == "https://shop.example"
    assert "X-Frame-Options" not in page
    assert policy_of(page)["script-src"] == policy_of(page)["style-src"] == "'self'"
    assert policy_of(page)["default-src"] == "'none'"
    assert not page.cookies
    text = page.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)


@pytest.mark.django_db
def test_widget_names_no_site_and_nobody_frames_it(cast: Cast, settings: Settings) -> None:
    settings.DEMO = False
    page = Client().get(f"/chat/{cast.chat.token}/")
    assert policy_of(page)["frame-ancestors"] == "'none'"


@pytest.mark.django_db
def test_demo_allows_its_own_shop(cast: Cast, settings: Settings) -> None:
    settings.DEMO = True
    page = Client().get(f"/chat/{cast.chat.token}/", headers={"Host": "127.0.0.1:8123"})
    assert "http://localhost:8123" in policy_of(page)["frame-ancestors"].split()


@pytest.mark.django_db
def test_unknown_or_closed_or_other_inbox_has_no_chat(cast: Cast) -> None:
    cast.legal_mail.save()
    for token in ("nothing", cast.mail.token):
        assert Client().get(f"/chat/{token}/").status_code == 404
    cast.chat.is_active = False
    cast.chat.save()
    assert Client().get(f"/chat/{cast.chat.token}/").status_code == 404


@pytest.mark.django_db
def test_panel_stays_within_its_budget(cast: Cast) -> None:
    """All that is loaded on intent, zipped file by file as it travels."""
    page = Client().get(f"/chat/{cast.chat.token}/").content
    files = [CHAT / "chat.css", *sorted((CHAT / "chat").glob("*.js")), *sorted((CHAT / "icons").glob("*.svg"))]
    sizes = [len(gzip.compress(content)) for content in [page, *(path.read_bytes() for path in files)]]
    assert sum(sizes) <= 40 * 1024
    assert sizes[0] <= 6 * 1024


@pytest.mark.django_db
def test_shop_is_another_site(cast: Cast, settings: Settings) -> None:
    settings.DEMO = True
    moved = Client().get("/demo/shop/", headers={"Host": "127.0.0.1:8123"})
    assert moved["Location"] == "http://localhost:8123/demo/shop/"
    shop = Client().get("/demo/shop/", headers={"Host": "localhost:8123"})
    line = f'<script src="http://127.0.0.1:8123/widget.js" data-inbox="{cast.chat.token}"'
    assert line in shop.content.decode()
    assert policy_of(shop)["frame-src"] == "http://127.0.0.1:8123"
    assert not shop.cookies


@pytest.mark.django_db
def test_shop_exists_in_the_demo_only(settings: Settings) -> None:
    settings.DEMO = False
    assert Client().get("/demo/shop/", headers={"Host": "localhost:8123"}).status_code == 404
