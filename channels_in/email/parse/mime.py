"""The tree of parts, cut out of the raw bytes without copying.

The limits are enforced while cutting, and each level costs one fast search for its boundary; the standard
library's feed parser has no limits, goes line by line and recurses once per level (a mail nested 1,000 deep
kills it). A part is a window into the bytes and decodes itself only when asked.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels_in.email.parse.cms import signed_content
from channels_in.email.parse.headers import Headers, decode_base64, split_head
from channels_in.email.parse.limits import MAX_DEPTH, MAX_PARTS
from channels_in.email.parse.parameters import content_type, disposition
from channels_in.email.parse.uuencode import decode_line

_GUESSED_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\r\n]{1,200}?)[ \t]*\r*\n(?=content-)", re.IGNORECASE)
_BLANKS = b" \t"
_WORDS = re.compile(rb"[a-z]{2,} {1,3}[a-z]{2,}")
_SIGNED_TYPES = ("signed-data", "signed-receipt", "")
PKCS7 = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
REMAINDER = "application/x-remainder"


@dataclass(slots=True)
class Part:
    """One entity; its body is `source[start:end]`."""

    source: bytes
    start: int
    end: int
    headers: Headers
    type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return bool(self.children)

    @property
    def subtype(self) -> str:
        return self.type.partition("/")[2]

    def walk(self) -> Iterator["Part"]:
        yield self
        for child in self.children:
            yield from child.walk()

    def payload(self) -> bytes:
        """The body without its transfer encoding; damage costs bytes, never an exception."""
        return _decode(self.source[self.start : self.end], transfer_encoding(self.headers))


def transfer_encoding(headers: Headers) -> str:
    return headers.first_filled("content-transfer-encoding").split(";")[0].strip().strip('"').lower()


def _decode(data: bytes, encoding: str) -> bytes:
    match encoding:
        case "base64" | "base-64" | "b64":
            return data if _is_prose(data) else decode_base64(data)
        case "quoted-printable" | "quoted_printable" | "quotedprintable" | "qp":
            return binascii.a2b_qp(data)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _decode_uu(data)
        case _:
            return data


def _is_prose(data: bytes) -> bool:
    """Words with blanks between them are not base64, whatever the header says."""
    return len(_WORDS.findall(data[:600])) > 3


def _decode_uu(data: bytes) -> bytes:
    decoded: list[bytes] = []
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        decoded.append(decode_line(line) or b"")
    return b"".join(decoded)


def build_tree(raw: bytes) -> tuple[Part, list[str]]:
    """The whole mail as parts, and what was wrong with it."""
    builder = _Builder()
    root = builder.part(raw, 0, len(raw), depth=0, default="text/plain")
    problems = [*root.headers.problems, *builder.problems]
    return root, list(dict.fromkeys(problems))


class _Builder:
    def __init__(self) -> None:
        self.problems: list[str] = []
        self.parts = 0

    def part(self, source: bytes, start: int, end: int, *, depth: int, default: str) -> Part:
        self.parts += 1
        # A part that begins with a blank line has no headers; a mail may have lost blank lines above its own.
        headers, body = split_head(source, start, end, skip_blank_lines=depth == 0)
        kind, parameters = content_type(headers.first_filled("content-type"), default)
        headers.charset = parameters.get("charset", "")
        placed, placed_parameters = disposition(headers.first_filled("content-disposition"))
        part = Part(source, body, end, headers, kind, parameters, placed, placed_parameters)
        if kind.startswith("multipart/"):
            self._add_children(part, depth)
        elif kind in PKCS7 and parameters.get("smime-type", "").lower() in _SIGNED_TYPES:
            self._open_signed(part, depth)
        return part

    def _open_signed(self, part: Part, depth: int) -> None:
        """An opaque signature wraps a whole mail, which is read in its place."""
        content = signed_content(part.payload()) if depth < MAX_DEPTH and self.parts < MAX_PARTS else None
        if content:
            part.children = [self.part(content, 0, len(content), depth=depth + 1, default="text/plain")]

    def _add_children(self, part: Part, depth: int) -> None:
        if depth >= MAX_DEPTH:
            self.problems.append("nested_too_deep")
            part.type = REMAINDER
            return
        source, start, end = part.source, part.start, part.end
        spans = _spans(source, start, end, part.parameters.get("boundary", ""))
        if not spans and transfer_encoding(part.headers) in ("base64", "quoted-printable"):
            source = part.payload()
            spans = _spans(source, 0, len(source), part.parameters.get("boundary", ""))
        if not spans:
            self.problems.append("multipart_without_parts")
            if not source[start:end].strip():
                return
            part.type = "text/plain"
            return
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        for child_start, child_end in spans:
            if self.parts >= MAX_PARTS:
                self.problems.append("too_many_parts")
                part.children.append(_remainder(source, child_start, spans[-1][1]))
                break
            part.children.append(self.part(source, child_start, child_end, depth=depth + 1, default=default))
        _give_back_children(part)


def _give_back_children(parent: Part) -> None:
    """Some senders use one boundary for two levels: what follows the empty inner level was meant to be inside it."""
    boundary = parent.parameters.get("boundary")
    for index, child in enumerate(parent.children):
        is_empty = child.type.startswith("multipart/") and not child.children
        if is_empty and boundary and child.parameters.get("boundary") == boundary:
            child.children = [part for part in parent.children[index + 1 :] if part.type.startswith("text/")]
            adopted = {id(part) for part in child.children}
            parent.children = [part for part in parent.children if id(part) not in adopted]
            return


def _remainder(source: bytes, start: int, end: int) -> Part:
    return Part(source, start, end, Headers(), REMAINDER, {}, "attachment", {})


def _spans(source: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """Where the parts are; a missing or wrong boundary is guessed from the first delimiter-like line."""
    if boundary:
        spans = _spans_of(source, start, end, boundary.encode("utf-8", "surrogateescape"))
        spans = spans or _spans_of(source, start, end, boundary.rstrip().encode("latin-1", "replace"))
        if spans:
            return spans
    guess = _GUESSED_BOUNDARY.search(source, max(0, start - 1), end)
    return _spans_of(source, start, end, guess.group(1)) if guess else []


def _spans_of(source: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    opened = -1
    for line_start, line_end, is_last in _delimiters(source, start, end, b"--" + boundary):
        if opened >= 0:
            spans.append((opened, _before_line_break(source, opened, line_start)))
        opened = -1 if is_last else line_end
        if is_last:
            break
    if opened >= 0:
        spans.append((opened, end))
    return spans


def _delimiters(source: bytes, start: int, end: int, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """(where the delimiter line begins, where the line after it begins, whether it closes)."""
    position = source.find(mark, start, end)
    while position != -1:
        after = position + len(mark)
        is_last = source.startswith(b"--", after)
        rest = after + 2 if is_last else after
        while rest < end and source[rest] in _BLANKS:
            rest += 1
        at_line_start = position == start or source[position - 1] in b"\r\n"
        if at_line_start and (rest >= end or source[rest] in b"\r\n"):
            yield position, _after_line_break(source, rest, end), is_last
            after = rest
        position = source.find(mark, after, end)


def _after_line_break(source: bytes, position: int, end: int) -> int:
    while position < end and source[position] == 13:
        position += 1
    if position < end and source[position] == 10:
        position += 1
    return position


def _before_line_break(source: bytes, floor: int, position: int) -> int:
    """The line break before a delimiter belongs to the delimiter."""
    if position > floor and source[position - 1] == 10:
        position -= 1
    while position > floor and source[position - 1] == 13:
        position -= 1
    return position
