"""Files that were too large to travel with a mail: whoever holds the signed address may fetch one."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from tickets.selectors.bodies import opened
from tickets.selectors.outgoing import linked_file


@require_GET
def linked_file_page(request: HttpRequest, file_id: UUID, until: int, mark: str) -> HttpResponseBase:
    """Always as a download: what a stranger's browser shows must not be ours to answer for."""
    file = linked_file(file_id, until, mark)
    if file is None:
        raise Http404("This link has expired, or it is not complete.")
    response = FileResponse(
        opened(file), as_attachment=True, filename=file.name, content_type="application/octet-stream"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
