"""The head of a mail or part: split into fields, unfolded, decoded (RFC 5322, 2047), limited in number and size."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels_in.email.parse.charset import decode
from channels_in.email.parse.limits import MAX_HEAD_BYTES, MAX_HEADER_BYTES, MAX_HEADERS
from core.text import clean_line

_LINE_END = re.compile(rb"\r*\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
# A line that is no field ends the head, unless more of these well-known ones follow it.
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|reply-to|return-path"
    rb"|references|in-reply-to|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE,
)
_ENCODED_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")
_FOLD = re.compile(r"[\r\n]+")


@dataclass(slots=True)
class Headers:
    """Fields in their order. Values stay bytes until someone asks."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    charset: str = ""

    def raw(self, name: str) -> str:
        """The first value as it was sent (unfolded; 8-bit bytes decoded, encoded words not)."""
        for key, value in self.fields:
            if key == name:
                return self._text(value)
        return ""

    def all_raw(self, name: str) -> list[str]:
        return [self._text(value) for key, value in self.fields if key == name]

    def first_filled(self, name: str) -> str:
        """The first value that is not blank: senders and relays add empty copies."""
        return next((value for value in self.all_raw(name) if value.strip()), "")

    def text(self, name: str) -> str:
        """The first filled value for people: decoded, on one line, without control characters."""
        return clean_line(decode_words(self.first_filled(name)))

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)

    def count(self, name: str) -> int:
        return sum(1 for key, _ in self.fields if key == name)

    def _text(self, value: bytes) -> str:
        if value.isascii():
            text = value.decode("ascii").replace("\x00", "")
        else:
            text = decode(value, self.charset)
        return _FOLD.sub("", text).strip()


def split_head(raw: bytes, start: int, end: int, *, skip_blank_lines: bool = True) -> tuple[Headers, int]:
    """The headers that begin at `start`, and where the body begins."""
    reader = _HeadReader()
    position = start
    for line, here, after in _lines(raw, start, min(end, start + MAX_HEAD_BYTES)):
        position = after
        if not line:
            if reader.fields or not skip_blank_lines:
                break
            continue
        if reader.take(line):
            continue
        if reader.fields and _more_fields_follow(raw, after, end):
            reader.problem("stray_line_in_headers")
            continue
        reader.problem("headers_without_end")
        position = here
        break
    return reader.headers(), position


class _HeadReader:
    """Collects lines into fields within the limits."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, list[bytes]]] = []
        self.problems: list[str] = []
        self._room = 0

    def take(self, line: bytes) -> bool:
        """Whether the line belongs to the head."""
        if line[0] in b" \t" and self.fields:
            self._continue(line)
            return True
        match = _FIELD.match(line)
        if match is None and not self.fields and _KNOWN_FIELD.match(line.lstrip()):
            line = line.lstrip()  # blanks before the very first field
            match = _FIELD.match(line)
        if match is None:
            return line.startswith((b"From ", b">From ")) and not self.fields
        if len(self.fields) >= MAX_HEADERS:
            self.problem("too_many_headers")
            return True
        self._room = MAX_HEADER_BYTES
        self.fields.append((match.group(1).decode("ascii").lower(), []))
        self._continue(line[match.end() :])
        return True

    def _continue(self, piece: bytes) -> None:
        if len(piece) > self._room:
            self.problem("header_too_long")
        self.fields[-1][1].append(piece[: self._room])
        self._room = max(0, self._room - len(piece))

    def problem(self, code: str) -> None:
        if code not in self.problems:
            self.problems.append(code)

    def headers(self) -> Headers:
        return Headers([(name, b"".join(pieces)) for name, pieces in self.fields], self.problems)


def _lines(raw: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(line without its end, where it begins, where the next begins); a lone CR ends lines only in mails without LF."""
    if raw.find(b"\n", start, end) == -1 and raw.find(b"\r", start, end) != -1:
        yield from _lines_by_carriage_return(raw, start, end)
        return
    while start < end:
        match = _LINE_END.search(raw, start, end)
        if match is None:
            yield raw[start:end], start, end
            return
        yield raw[start : match.start()], start, match.end()
        start = match.end()


def _lines_by_carriage_return(raw: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start < end:
        stop = raw.find(b"\r", start, end)
        if stop == -1:
            stop = end
        yield raw[start:stop], start, min(stop + 1, end)
        start = stop + 1


def _more_fields_follow(raw: bytes, start: int, end: int) -> bool:
    """Whether the next line is a well-known field: then the odd line before it was only damage."""
    line, _, _ = next(_lines(raw, start, min(end, start + 4096)), (b"", 0, 0))
    return _KNOWN_FIELD.match(line) is not None


def decode_words(text: str) -> str:
    """RFC 2047 encoded words decoded, also where senders break its rules: glued, split inside a character, unpadded."""
    if "=?" not in text:
        return text
    text = _BETWEEN_WORDS.sub(r"\1", text)
    pieces: list[str] = []
    pending = b""
    pending_charset = ""
    position = 0
    for match in _ENCODED_WORD.finditer(text):
        charset, encoding, payload = match.groups()
        charset = charset.split("*")[0].lower()
        gap = text[position : match.start()]
        if pending and (gap or charset != pending_charset):
            pieces.append(decode(pending, pending_charset))
            pending = b""
        pieces.append(gap)
        pending += _word_bytes(encoding, payload)
        pending_charset = charset
        position = match.end()
    if pending:
        pieces.append(decode(pending, pending_charset))
    pieces.append(text[position:])
    return "".join(pieces)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "bB":
        return decode_base64(data)
    return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)


_BASE64_ONLY = re.compile(rb"[A-Za-z0-9+/\s]*")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decode_base64(data: bytes) -> bytes:
    """Base64 as it comes: foreign characters skipped, several padded pieces in a row, a torn end."""
    first, *rest = re.split(rb"=[=\s]*", data) if b"=" in data else [data]
    pieces = [_decode_piece(first)]
    for piece in rest:
        # Text that a mailing list appended below the data is not data.
        if _BASE64_ONLY.fullmatch(piece) is None:
            break
        pieces.append(_decode_piece(piece))
    return b"".join(pieces)


def _decode_piece(piece: bytes) -> bytes:
    try:
        return binascii.a2b_base64(piece + b"==")
    except binascii.Error:
        digits = _NOT_BASE64.sub(b"", piece)
        digits = digits[: len(digits) - (len(digits) % 4 == 1)]
        return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
