"""The HTML of a mail in a frame of its own, and files: each with headers that keep strangers' content harmless."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from core.errors import NotFound
from core.html import has_remote_images, sanitize, without_remote_images
from csat.link_tokens import without_tokens
from tickets.models import Message
from tickets.selectors.access import attachment_for, message_for
from tickets.selectors.bodies import html_of, inline_files_of, opened
from workspace.guard import AgentRequest, agent_page

_CID = re.compile(r'(<img\b[^>]*?\ssrc=")cid:([^"]{1,250})(")', re.IGNORECASE)
_SANDBOX = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
_STYLE = """
html{color-scheme:light}
body{margin:0;padding:10px 12px;background:#fff;color:#1c2030;font:14px/1.5 system-ui,"Segoe UI",Roboto,sans-serif;
overflow-wrap:anywhere;overflow-x:auto}
img{max-width:100%;height:auto}pre{white-space:pre-wrap}a{color:#3949b8}table{max-width:100%}
body>:first-child{margin-top:0}body>:last-child{margin-bottom:0}
blockquote{margin:8px 0 8px 4px;padding-left:12px;border-left:3px solid #d5d8e2;color:#555b6e}"""
_FOLD = (
    ".gmail_quote,.gmail_quote_container,.yahoo_quoted,.protonmail_quote,.moz-cite-prefix,.moz-cite-prefix~blockquote,"
    "blockquote[type=cite],.zmail_extra,.hd-quote,.hd-quote~*,:has(>.hd-quote)~*,:has(>*>.hd-quote)~*{display:none}"
)
# Magic bytes of the only types that are shown; the sender's word for a type is never believed.
_PICTURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


@require_GET
@xframe_options_sameorigin
@agent_page
def message_body_page(request: AgentRequest, message_id: int) -> HttpResponse:
    """One mail as its sender laid it out: no scripts, no forms; remote images only when asked for."""
    message = message_for(request.user, message_id)
    found = html_of(message)
    if found is None:
        raise NotFound("This message has no HTML.")
    with_images = request.GET.get("images") == "1"
    is_folded = bool(message.full_text.strip() and message.text.strip()) and request.GET.get("quotes") != "1"
    # Cleaned again with the present rules: what is stored may be of an older release.
    body = without_tokens(sanitize(found.html))
    remote = "1" if has_remote_images(body) and not with_images else ""
    body = body if with_images else without_remote_images(body)
    style = _STYLE + (_FOLD if is_folded else "")
    page = (
        f'<!doctype html><html lang="" data-remote="{remote}"><head><meta charset="utf-8"><base target="_blank">'
        f"<title>{escape(message.subject or 'Message')}</title><style>{style}</style></head>"
        f'<body dir="auto">{_with_own_images(message, body)}</body></html>'
    )
    response = HttpResponse(page)
    images = "'self' https: http:" if with_images else "'self'"
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; frame-ancestors 'self'; "
        f"form-action 'none'; base-uri 'none'; {_SANDBOX}"
    )
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@agent_page
def attachment_page(request: AgentRequest, attachment_id: UUID) -> HttpResponseBase:
    """A file, with permission asked for at each download; only pictures are ever shown inline."""
    attachment = attachment_for(request.user, attachment_id)
    content = opened(attachment)
    picture = _picture_type(content.read(16))
    content.seek(0)
    response = FileResponse(
        content,
        as_attachment=not picture,
        filename=attachment.name,
        content_type=picture or "application/octet-stream",
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _with_own_images(message: Message, html: str) -> str:
    if "cid:" not in html:
        return html
    files = inline_files_of(message)

    def found(match: re.Match[str]) -> str:
        file = files.get(match.group(2))
        address = reverse("workspace:attachment", args=[file.pk]) if file else ""
        return f"{match.group(1)}{address}{match.group(3)}"

    return _CID.sub(found, html)


def _picture_type(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _PICTURES if head.startswith(magic)), "")
