"""Files that old programs write into the text itself, between "begin 644 name" and "end"."""

from __future__ import annotations

import binascii
import re

from channels_in.email.parse.limits import MAX_DATA_IMAGES

# Each beginning that leads to no file costs a look at all that follows.
MAX_FAILURES = 10
_BEGIN = re.compile(rb"^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
_END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.MULTILINE)


def take_out(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The text without its files, and the files as (name, content); what does not decode stays text."""
    if b"begin" not in data:
        return data, []
    files: list[tuple[str, bytes]] = []
    kept: list[bytes] = []
    position = failures = 0
    for begin in _BEGIN.finditer(data):
        if begin.start() < position:
            continue
        if len(files) >= MAX_DATA_IMAGES or failures >= MAX_FAILURES:
            break
        end = _END.search(data, begin.end())
        stop = end.start() if end else len(data)
        content = _decoded(data[begin.end() : stop], is_base64=begin.group(1) is not None)
        if content is None:
            failures += 1
            continue
        files.append((begin.group(2).decode("utf-8", "replace").strip(), content))
        kept.append(data[position : begin.start()])
        position = end.end() if end else len(data)
    return b"".join([*kept, data[position:]]), files


def _decoded(data: bytes, *, is_base64: bool) -> bytes | None:
    lines = data.splitlines()
    if not any(line.strip() for line in lines[:2]):
        return None
    if is_base64:
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            return None
    pieces: list[bytes] = []
    for line in lines:
        if not line or line == b"`":
            continue
        piece = decode_line(line)
        if piece is None:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def decode_line(line: bytes) -> bytes | None:
    """One line of uuencoded data; programs pad it with blanks or lose them. None for what is none."""
    size = (line[0] - 32) & 63
    if not 32 <= line[0] <= 96:
        return None
    needed = (size + 2) // 3 * 4
    body = line[1 : 1 + needed].ljust(needed, b" ")
    try:
        # As whole groups: some programs leave other bits than nulls behind the last byte.
        return binascii.a2b_uu(bytes([32 + needed // 4 * 3]) + body)[:size]
    except binascii.Error:
        return None
