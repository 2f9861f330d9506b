"""A posted form, byte for byte: field values keep the charset that each of them has, files keep their bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import HTTP
from urllib.parse import parse_qsl

_MOST_PARTS = 1_000


@dataclass(frozen=True, slots=True)
class FormFile:
    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormFields:
    """`values` in order, `files` by field name."""

    values: list[tuple[str, bytes]] = field(default_factory=list)
    files: dict[str, FormFile] = field(default_factory=dict)

    def last_bytes(self, name: str) -> bytes | None:
        return next((value for known, value in reversed(self.values) if known == name), None)

    def last(self, name: str) -> str:
        return (self.last_bytes(name) or b"").decode("utf-8", "replace")


def fields_of(body: bytes, content_type: str) -> FormFields:
    """Never raises: what cannot be read has no fields."""
    kind, _, _ = content_type.partition(";")
    if kind.strip().lower() == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_PARTS)
        except ValueError:
            return FormFields()
        return FormFields([(name.decode("utf-8", "replace"), value) for name, value in pairs])
    boundary = _head(b"Content-Type: " + content_type.encode("utf-8", "replace")).get_boundary()
    if kind.strip().lower() != "multipart/form-data" or not boundary:
        return FormFields()
    return _parts(body, boundary.encode("utf-8", "replace"))


def _parts(body: bytes, boundary: bytes) -> FormFields:
    found = FormFields()
    # No more parts than are looked at: what comes is cut before anybody has proved to be the provider.
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary, _MOST_PARTS + 1)[1 : _MOST_PARTS + 1]:
        head, gap, content = part.partition(b"\r\n\r\n")
        if not gap or part.startswith(b"--"):
            continue
        headers = _head(head.lstrip(b"\r\n"))
        name = headers.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        if headers.get_filename() is None and "filename" not in str(headers.get("content-disposition", "")):
            found.values.append((name, content))
        else:
            file_name = headers.get_filename() or "file"
            found.files[name] = FormFile(str(file_name), headers.get_content_type(), content)
    return found


def _head(raw: bytes):  # type: ignore[no-untyped-def]  # the parser's message type depends on its policy
    return BytesHeaderParser(policy=HTTP).parsebytes(raw + b"\r\n\r\n")
