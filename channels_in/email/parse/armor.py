"""OpenPGP written into the text itself: what is signed so is read, what is encrypted so is named."""

from __future__ import annotations

import re

SIGNED_TEXT = "-----BEGIN PGP SIGNED MESSAGE-----"
ENCRYPTED_TEXT = "-----BEGIN PGP MESSAGE-----"
_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:(?!\n)[^\n]{1,200}\n){0,6}\n(.*?)^-----BEGIN PGP SIGNATURE-----$.*?"
    r"(?:^-----END PGP SIGNATURE-----$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_ESCAPED_DASH = re.compile(r"^- ", re.MULTILINE)


def without_armor(text: str) -> str:
    """The words inside clear signatures, without the marks round them."""
    if SIGNED_TEXT not in text:
        return text
    return _SIGNED.sub(lambda found: _ESCAPED_DASH.sub("", found.group(1)), text)


def is_encrypted(text: str) -> bool:
    return text.lstrip().startswith(ENCRYPTED_TEXT)
