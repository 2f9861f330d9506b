"""Values with parameters (Content-Type, Content-Disposition): RFC 2045 and 2231 as senders really write them."""

import re
from urllib.parse import unquote_to_bytes

from channels_in.email.parse.charset import decode
from channels_in.email.parse.headers import decode_words

_PARAMETER = re.compile(
    r"""(?:^|;)\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;"]*))""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)")
_TYPE = re.compile(r"\s*([\w.+-]+)\s*/\s*([\w.+-]+)")
_SECTION = re.compile(r"^(.*?)\*(\d{1,3})?(\*)?$")
_LOOSE_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}


def content_type(value: str, default: str) -> tuple[str, dict[str, str]]:
    """("text/html", {"charset": ...}); the default where the value means nothing."""
    head, _, rest = value.partition(";")
    match = _TYPE.match(head)
    if match:
        # "text/plain charset=x" without its semicolon
        rest = f"{head[match.end() :]};{rest}"
        return f"{match.group(1)}/{match.group(2)}".lower(), parameters(rest)
    kind = _LOOSE_TYPES.get(head.strip().lower(), default)
    return kind, parameters(rest)


def disposition(value: str) -> tuple[str, dict[str, str]]:
    """("attachment", {"filename": ...}); ("", {}) where there is none."""
    head, _, rest = value.partition(";")
    kind = head.strip().strip('"').lower()
    if "=" in kind:
        return "", parameters(value)
    return kind, parameters(rest)


def parameters(text: str) -> dict[str, str]:
    """Every parameter once (the first wins), names lower-cased, continuations joined, charsets decoded."""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(text):
        name, quoted, bare = match.groups()
        value = _ESCAPE.sub(r"\1", quoted) if quoted is not None else bare.strip()
        section = _SECTION.match(name.lower())
        if section is None:
            plain.setdefault(name.lower(), decode_words(value))
        else:
            base, number, encoded = section.groups()
            is_encoded = encoded is not None or number is None
            sections.setdefault(base, {}).setdefault(int(number or 0), (value, is_encoded))
    for name, pieces in sections.items():
        plain[name] = _join_sections(pieces)
    return plain


def _join_sections(pieces: dict[int, tuple[str, bool]]) -> str:
    charset = ""
    data = b""
    for number in sorted(pieces):
        value, is_encoded = pieces[number]
        if not is_encoded:
            data += value.encode("utf-8", "replace")
            continue
        if number == min(pieces) and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data += unquote_to_bytes(value)
    return decode(data, charset or "utf-8")
