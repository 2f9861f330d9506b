"""Cleaning text that strangers wrote: control and bidi characters, names, file names, snippets."""

import re
import unicodedata

# C0 and C1 controls except tab and newline; PostgreSQL refuses NUL, terminals and logs obey the others.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Characters that turn the reading direction round or hide: they disguise names and file extensions.
_DISGUISES = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_LINE_BREAKS = re.compile("\r+\n|\r|[\u2028\u2029\x85]")
_WHITESPACE = re.compile(r"\s+")
_PATH_SEPARATORS = re.compile(r"[\\/]+")
_FORBIDDEN_IN_FILE_NAMES = re.compile(r'[<>:"|?*]')
_DEVICE_NAME = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)

FILE_NAME_BYTES = 200
NAME_LENGTH = 200


def clean_text(text: str) -> str:
    """Text of several lines that is safe to store: newlines are "\\n", no controls, no lone surrogates."""
    if text.isascii() and "\r" not in text:
        return _CONTROLS.sub("", text)
    text = _LINE_BREAKS.sub("\n", text)
    text = _SURROGATES.sub("\ufffd", text)
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text))


def clean_line(text: str, limit: int = 1000) -> str:
    """One line (a subject, a name): as `clean_text`, whitespace folded, direction overrides removed."""
    text = _WHITESPACE.sub(" ", clean_text(text))
    return _DISGUISES.sub("", text)[:limit].strip()


def clean_name(text: str) -> str:
    """A person's display name, without the quotes that mail programs put round it."""
    name = clean_line(text, NAME_LENGTH)
    while len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    return name


def clean_file_name(text: str, fallback: str = "file") -> str:
    """A name without path, disguise or device meaning, of at most 200 bytes; the extension survives."""
    name = clean_line(text)
    name = _PATH_SEPARATORS.split(name)[-1]
    name = _FORBIDDEN_IN_FILE_NAMES.sub("_", name).strip(" .") or fallback
    if _DEVICE_NAME.match(name):
        name = f"_{name}"
    return _shorten_keeping_extension(name, FILE_NAME_BYTES)


def snippet(text: str, limit: int = 160) -> str:
    """The first words of a text on one line, for lists and notifications."""
    line = _DISGUISES.sub("", _WHITESPACE.sub(" ", text[: limit * 8])).strip()
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip() + "…"


def _shorten_keeping_extension(name: str, limit: int) -> str:
    if len(name.encode()) <= limit:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 20:
        stem, dot, extension = name, "", ""
    room = limit - len((dot + extension).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + extension
