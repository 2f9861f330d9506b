"""`/widget.js`: one small script for every site, the same for every visitor."""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition, require_safe

_SOURCE = Path("static/widget/widget.js")
_COMMENT_LINE = re.compile(r"^\s*(?://|/\*).*$\n?", re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)


@functools.lru_cache(maxsize=2)
def _script(stamp: int) -> tuple[bytes, bytes, str]:
    """The script without comments and indentation, the same zipped, and its tag. `stamp` tells versions apart."""
    text = (settings.BASE_DIR / _SOURCE).read_text(encoding="utf-8")
    lean = _INDENT.sub("", _COMMENT_LINE.sub("", text)).encode()
    return lean, gzip.compress(lean, 9, mtime=0), hashlib.sha256(lean).hexdigest()[:20]


def script() -> tuple[bytes, bytes, str]:
    return _script((settings.BASE_DIR / _SOURCE).stat().st_mtime_ns)


@require_safe
@condition(etag_func=lambda request: f'"{script()[2]}"')
def widget_script(request: HttpRequest) -> HttpResponse:
    lean, zipped, _ = script()
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(zipped if takes_gzip else lean, content_type="text/javascript; charset=utf-8")
    if takes_gzip:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
