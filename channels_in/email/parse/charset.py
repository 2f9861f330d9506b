"""Bytes to text whatever the label says: declared, aliased, detected or replaced; never an exception or a NUL."""

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

from channels_in.email.parse.limits import CHARSET_SAMPLE_BYTES
from core.text import clean_text

# Labels seen in real mail that Python does not know, or knows as something narrower than what senders mean.
_ALIASES = {
    "": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "utf": "utf-8",
    "unicode": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-8559-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "ansi": "cp1252",
    "windows-1252http-equivcontent-type": "cp1252",
    "windows1252": "cp1252",
    "x-ansi": "cp1252",
    "x-unknown": "",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "x-euc-cn": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "cp-850": "cp850",
    "koi8r": "koi8-r",
    "us-ascii": "",
    "ascii": "",
    "ansi_x3.4-1968": "",
    "7bit": "",
    "8bit": "",
    "unknown": "",
    "unknown-8bit": "",
    "x-user-defined": "",
    "default": "",
    "none": "",
}
_JUNK = re.compile(r"[^a-z0-9_.:+-]")
_HIGH_BYTES = re.compile(rb"[\x80-\xff]")
_JAPANESE_ESCAPE = re.compile(rb"\x1b(\$[@AB]|\$\([A-Z@]|\([BJI])")
# Python's codecs that are no charsets (base64, zlib, rot13 ...) or decode to nonsense.
_NOT_CHARSETS = frozenset("idna punycode raw_unicode_escape unicode_escape mbcs oem undefined charmap".split())


@lru_cache(maxsize=512)
def codec_name(label: str) -> str:
    """The Python codec for a sender's label; "" when it says nothing usable."""
    label = label.strip().strip("\"'").lower().split("*")[0]
    label = _JUNK.sub("", label.removeprefix("3d").removeprefix("charset="))
    if label in _ALIASES:
        return _ALIASES[label]
    for candidate in (label, label.removeprefix("x-"), label.replace("windows-", "cp"), label.replace("cp-", "cp")):
        try:
            info = codecs.lookup(candidate)
        except (LookupError, ValueError):
            continue
        is_text = getattr(info, "_is_text_encoding", True)
        return info.name if is_text and info.name.replace("-", "_") not in _NOT_CHARSETS else ""
    return ""


def decode(data: bytes, label: str = "") -> str:
    """The clean text of some bytes that claim to be in a charset."""
    return clean_text(_decode(data, label))


def _decode(data: bytes, label: str) -> str:
    by_mark = _decode_by_mark(data)
    if by_mark is not None:
        return by_mark
    codec = codec_name(label)
    if data.isascii() and not codec.startswith(
        ("utf-7", "utf7", "iso2022", "hz", "utf-16", "utf-32", "utf_16", "utf_32")
    ):
        text = data.decode("ascii")
        return _decode_strictly(data, "iso2022_jp_ext") or text if _JAPANESE_ESCAPE.search(data) else text
    if codec:
        strict = _decode_strictly(data, codec)
        if strict is not None and not _is_utf8_in_disguise(data, codec):
            return strict
        if codec == "utf-8" and _is_mostly_utf8(data):
            return data.decode("utf-8", "replace")
    return _detect(data, codec)


def _decode_by_mark(data: bytes) -> str | None:
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", "replace")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and len(data) > 3:
        return data.decode("utf-16", "replace")
    return None


def _decode_strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _is_utf8_in_disguise(data: bytes, codec: str) -> bool:
    """Single-byte codecs accept anything; bytes that are valid UTF-8 by chance are practically unknown."""
    if not codec.startswith(("cp125", "iso8859", "latin", "mac_")):
        return False
    return len(_HIGH_BYTES.findall(data[:4000])) > 1 and _decode_strictly(data, "utf-8") is not None


def _is_mostly_utf8(data: bytes) -> bool:
    text = data[:CHARSET_SAMPLE_BYTES].decode("utf-8", "replace")
    good = sum(1 for character in text if "\x7f" < character != "\ufffd")
    return good > 2 * text.count("\ufffd")


def _detect(data: bytes, declared: str) -> str:
    text = _decode_strictly(data, "utf-8")
    if text is not None:
        return text
    if len(_HIGH_BYTES.findall(data[:CHARSET_SAMPLE_BYTES])) >= 12:
        best = from_bytes(data[:CHARSET_SAMPLE_BYTES]).best()
        text = _decode_strictly(data, best.encoding) if best else None
        if text is not None:
            return text
    if declared and declared != "utf-8":
        return data.decode(declared, "replace")
    return _decode_strictly(data, "cp1252") or data.decode("latin-1")
