"""A stored webhook as anymail wants to see it: a request with its body, headers and form."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.module_loading import import_string

from channels_in.email.providers.form import fields_of

# Its view wants one; whether the caller knows it is our own question, answered before (proofs.by_password).
_NO_PASSWORD: list[str] = []


class StoredRequest(WSGIRequest):
    """Its form is read by us: Django would drop files without a name, and refuse forms with large fields."""

    def __init__(self, environ: dict[str, Any], body: bytes) -> None:
        super().__init__(environ)
        self._body = body

    def _load_post_and_files(self) -> None:
        form = fields_of(self._body, self.META.get("CONTENT_TYPE", ""))
        post, files = QueryDict(mutable=True), MultiValueDict[str, UploadedFile[bytes]]()
        for name, value in form.values:
            post.appendlist(name, value.decode("utf-8", "replace"))
        for name, file in form.files.items():
            files.appendlist(name, SimpleUploadedFile(file.name, file.content, file.content_type))
        self._post, self._files = post, files


def webhook_request(body: bytes, headers: Mapping[str, str], url: str) -> StoredRequest:
    parts = urlsplit(url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": parts.path,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "wsgi.url_scheme": parts.scheme or "https",
        "wsgi.input": BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": headers.get("content-type", ""),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "host"},
    }
    return StoredRequest(environ, body)


def view_of(name: str, options: Mapping[str, Any]) -> Any:
    """An anymail view with the settings of one account, outside of any address of ours."""
    with warnings.catch_warnings():
        # About passwords that we check ourselves, and about SendGrid's lack of a test account.
        warnings.simplefilter("ignore")
        view = import_string(f"anymail.webhooks.{name}")
        return view(webhook_secret=_NO_PASSWORD, **options)
