"""OpenPGP written into the text itself: what is signed so is read, what is encrypted so is named."""

from __future__ import annotations

import re

SIGNED_TEXT = "-----BEGIN PGP SIGNED MESSAGE-----"
ENCRYPTED_TEXT = "-----BEGIN PGP MESSAGE-----"
_HEAD = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:(?!\n)[^\n]{1,200}\n){0,6}\n", re.MULTILINE)
_SIGNATURE = re.compile(r"^-----BEGIN PGP SIGNATURE-----$", re.MULTILINE)
_END = re.compile(r"^-----END PGP SIGNATURE-----$", re.MULTILINE)
_ESCAPED_DASH = re.compile(r"^- ", re.MULTILINE)


def without_armor(text: str) -> str:
    """The words inside clear signatures, without the marks round them."""
    if SIGNED_TEXT not in text:
        return text
    pieces: list[str] = []
    position = 0
    # Step by step, since one pattern for all of it would search to the end of the text from each beginning.
    while (head := _HEAD.search(text, position)) and (seal := _SIGNATURE.search(text, head.end())):
        pieces += [text[position : head.start()], _ESCAPED_DASH.sub("", text[head.end() : seal.start()])]
        end = _END.search(text, seal.end())
        position = end.end() if end else len(text)
    return "".join([*pieces, text[position:]])


def is_encrypted(text: str) -> bool:
    return text.lstrip().startswith(ENCRYPTED_TEXT)
