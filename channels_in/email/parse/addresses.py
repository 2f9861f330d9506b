"""Address headers: one parser for every decision, strict about what an address is, patient with how it is written."""

import re
from dataclasses import dataclass

from channels_in.email.parse.headers import decode_words
from channels_in.email.parse.limits import MAX_ADDRESSES
from core.text import clean_name

MAX_ADDRESS_LENGTH = 320
# An unclosed quote reaches to the end: looking for its end again and again would take quadratic time.
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|\\?\Z)|([<>(),;:])|([^"<>(),;:]+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x1f]+@(?:[^\s@<>()\[\],;:\"\\\x00-\x1f]+|\[[0-9A-Fa-f.:IPv]+\])")
_LOCAL_END = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x1f]+\Z")
_DOMAIN_START = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x1f]+")
_QUOTED_ADDRESS = re.compile(r'"(?:[^"\\@]|\\.)+"@[^\s@<>()\[\],;:"\\]+')


@dataclass(frozen=True, slots=True)
class Address:
    """`address` is lower-case and has exactly one @; `name` is clean."""

    address: str
    name: str = ""


def parse_addresses(value: str) -> tuple[Address, ...]:
    """The addresses of a header in order, without repeats, at most 50; groups are flattened."""
    found: dict[str, Address] = {}
    for name, text in _mailboxes(value):
        address = normal_address(text)
        if not address and not name:
            continue
        if not address:
            # "Name <a@b>" hidden in one encoded word, or an address without its brackets
            name, address = _address_within(decode_words(name))
        if address and address not in found:
            found[address] = Address(address, clean_name(decode_words(name)))
            if len(found) >= MAX_ADDRESSES:
                break
    return tuple(found.values())


def _address_within(text: str) -> tuple[str, str]:
    """The only address that a text holds; a second @ anywhere makes it ambiguous, and so refused."""
    before, at, after = text.partition("@")
    if not at or "@" in after:
        return text, ""
    local = _LOCAL_END.search(before[-MAX_ADDRESS_LENGTH:])
    domain = _DOMAIN_START.match(after[:MAX_ADDRESS_LENGTH])
    if local is None or domain is None:
        return text, ""
    address = f"{local.group()}@{domain.group()}"
    return text.replace(address, "").replace("mailto:", "").strip(" <>()[]"), normal_address(address)


def first_address(value: str) -> Address | None:
    return next(iter(parse_addresses(value)), None)


def name_without_address(value: str) -> str:
    """What a header without any usable address says of its author."""
    return clean_name(decode_words(value).strip("<> "))


def normal_address(text: str) -> str:
    """Lower-case, without brackets and scheme; "" when it is no address."""
    text = text.strip().strip("<>'").strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    text = text.rstrip(".,;")
    if len(text) > MAX_ADDRESS_LENGTH:
        return ""
    if _ADDRESS.fullmatch(text) or _QUOTED_ADDRESS.fullmatch(text):
        return text.lower()
    compact = re.sub(r"\s*([@.])\s*", r"\1", text)
    return compact.lower() if _ADDRESS.fullmatch(compact) else ""


class _Mailbox:
    """One mailbox in the making: words before the brackets, what is inside them, comments."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.quoted = False
        self.inside = ""
        self.comment = ""

    def finish(self) -> tuple[str, str]:
        words = "".join(self.words).strip()
        if self.inside:
            return words or self.comment, self.inside
        if "@" in words:
            return self._bare(words)
        return words or self.comment, ""

    def _bare(self, words: str) -> tuple[str, str]:
        if normal_address(words):
            return self.comment, words
        *before, last = words.split()
        if before and normal_address(last):
            return " ".join(before), last
        return words, ""


def _mailboxes(value: str) -> list[tuple[str, str]]:
    """(name, address) pairs; a piece without address before a comma is the "Doe" of "Doe, John <j@x>"."""
    pairs: list[tuple[str, str]] = []
    carried = ""
    for name, address in _pieces(value):
        if not address and "@" not in name:
            carried = f"{carried}, {name}" if carried else name
            continue
        if carried:
            name = f"{carried}, {name}" if name and "@" not in name else name
            carried = ""
        pairs.append((name, address))
    if carried and not pairs:
        pairs.append((carried, ""))
    return pairs


def _pieces(value: str) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    current = _Mailbox()
    comments = 0
    inside = False
    for match in _TOKEN.finditer(value):
        quoted, sign, plain = match.groups()
        text = _ESCAPE.sub(r"\1", quoted) if quoted is not None else sign or plain or ""
        if comments or sign in ("(", ")"):
            comments = max(0, comments + (sign == "(") - (sign == ")"))
            if sign is None:
                current.comment += text
        elif sign == "<":
            inside, current.inside = True, ""
        elif sign == ">":
            inside = False
        elif inside:
            # a route "@a,@b:user@host" keeps its last part
            current.inside = "" if sign == ":" and current.inside.startswith("@") else current.inside + match.group()
        elif sign in (",", ";"):
            pieces.append(current.finish())
            current = _Mailbox()
        elif sign == ":" and not "".join(current.words).lower().endswith("mailto"):
            current = _Mailbox()  # the name of a group
        elif quoted is not None and value[match.end() : match.end() + 1] == "@":
            current.words.append(match.group())
        else:
            current.words.append(text)
    pieces.append(current.finish())
    return pieces
