"""What stands before the web process keeps strangers from holding its threads or naming their own address."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()


def test_proxy_hands_bodies_on_only_whole() -> None:
    largest = re.search(r"max_size (\S+)", CADDYFILE)
    assert largest is not None
    assert f"request_buffers {largest.group(1)}" in CADDYFILE
    assert "read_body" in CADDYFILE


def test_proxy_drops_headers_that_look_like_its_own() -> None:
    assert "request_header -*_*" in CADDYFILE
