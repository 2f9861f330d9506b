"""The original of a message: its headers to read, its bytes to download exactly as they came."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from channels_in.selectors.sources import source_for
from core.text import clean_file_name
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def message_source_page(request: AgentRequest, message_id: int) -> HttpResponse:
    return render(request, "workspace/message_source.html", {"source": source_for(request.user, message_id)})


@require_safe
@agent_page
def message_source_file(request: AgentRequest, message_id: int) -> HttpResponse:
    """Byte for byte, never shown by the browser."""
    source = source_for(request.user, message_id)
    response = HttpResponse(source.raw, content_type="application/octet-stream")
    name = clean_file_name(f"{source.message.subject[:80] or 'message'}.eml")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
