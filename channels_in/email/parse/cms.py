"""The mail inside an opaque S/MIME signature. No key is needed to read it; whether it is genuine is not asked here.

A reader of BER, no more of it than the way to the content: ContentInfo > SignedData > EncapsulatedContentInfo. Every
length is checked against what is there, and it never goes deeper than that way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_OBJECT_ID, _OCTETS, _SEQUENCE, _CONTEXT = 0x06, 0x04, 0x30, 0xA0
_OCTETS_IN_PIECES = 0x24
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_MAX_PIECES = 100_000


class _Broken(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class _Node:
    tag: int
    start: int
    end: int
    # Where the next element begins; beyond `end` when an end-of-contents mark follows.
    after: int


def signed_content(data: bytes) -> bytes | None:
    """What was signed; None when the bytes are no signed data, or hold the signature alone."""
    try:
        info = _expect(data, 0, len(data), _SEQUENCE)
        kind, wrapped = _first(data, info, 2)
        if data[kind.start : kind.end] != _SIGNED_DATA:
            return None
        signed = _expect(data, wrapped.start, wrapped.end, _SEQUENCE)
        _, _, capsule = _first(data, signed, 3)
        parts = list(_children(data, capsule))
        if len(parts) < 2 or parts[1].tag != _CONTEXT:
            return None
        return b"".join(_octets(data, next(_children(data, parts[1]))))
    except (_Broken, IndexError, StopIteration):
        return None


def _octets(data: bytes, node: _Node) -> Iterator[bytes]:
    if node.tag == _OCTETS:
        yield data[node.start : node.end]
    elif node.tag == _OCTETS_IN_PIECES:
        for number, piece in enumerate(_children(data, node)):
            if piece.tag != _OCTETS or number > _MAX_PIECES:
                raise _Broken
            yield data[piece.start : piece.end]
    else:
        raise _Broken


def _first(data: bytes, node: _Node, count: int) -> list[_Node]:
    found = []
    for child in _children(data, node):
        found.append(child)
        if len(found) == count:
            return found
    raise _Broken


def _expect(data: bytes, start: int, end: int, tag: int) -> _Node:
    node = _read(data, start, end)
    if node.tag != tag:
        raise _Broken
    return node


def _children(data: bytes, node: _Node) -> Iterator[_Node]:
    position = node.start
    while position < node.end:
        child = _read(data, position, node.end)
        yield child
        position = child.after


def _read(data: bytes, start: int, end: int, depth: int = 0) -> _Node:
    tag, length = data[start], data[start + 1]
    body = start + 2
    if length == 0x80:
        stop = _end_of_contents(data, body, end, depth)
        return _Node(tag, body, stop, stop + 2)
    if length & 0x80:
        size = length & 0x7F
        if size > 8:
            raise _Broken
        length = int.from_bytes(data[body : body + size], "big")
        body += size
    if body + length > end:
        raise _Broken
    return _Node(tag, body, body + length, body + length)


def _end_of_contents(data: bytes, start: int, end: int, depth: int) -> int:
    """Where an element of unknown length ends: its children are stepped over one by one."""
    if depth > 12:
        raise _Broken
    position = start
    for _ in range(_MAX_PIECES):
        if data[position : position + 2] == b"\0\0":
            return position
        position = _read(data, position, end, depth + 1).after
    raise _Broken
