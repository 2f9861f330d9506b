"""The chat itself: a page of the desk, shown in an iframe of the customer's site or on its own."""

from __future__ import annotations

import json

from csp.constants import HEADER
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from channels_in.webchat.services import words
from portal import chat
from portal.origins import embedding_origins
from portal.words import language_for, words_in


@require_safe
@xframe_options_exempt
def chat_page(request: HttpRequest, inbox_token: str) -> HttpResponse:
    """Who may frame it is said by `frame-ancestors`; X-Frame-Options knows no list."""
    inbox = chat.widget(inbox_token)
    origins = embedding_origins(inbox, request)
    language = language_for(request, inbox)
    said = words_in(language)
    context = {
        "inbox": inbox,
        "language": language,
        "words": said.page,
        "dictionary": said.script,
        "title": inbox.config.get("title") or inbox.name,
        "origins": json.dumps(origins),
        "accent": inbox.config.get("accent", ""),
        "greeting": inbox.config.get("greeting") or said.page["greeting"],
        "max_files": words.MAX_FILES,
        "max_file_bytes": min(words.MAX_FILE_BYTES, settings.MAX_UPLOAD_BYTES),
        "max_text_bytes": words.MAX_TEXT_BYTES,
    }
    response = render(request, "portal/chat.html", context)
    response[HEADER] = content_policy(request, origins)
    response["Cache-Control"] = "no-cache"
    response["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language"])
    response["Referrer-Policy"] = "no-referrer"
    return response


def content_policy(request: HttpRequest, origins: list[str]) -> str:
    """Only our own files, our own socket, and pictures that the page itself made."""
    framers = " ".join(origins) or "'none'"
    socket = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            f"connect-src 'self' {socket}",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {framers}",
        ]
    )
