"""Reports of failure that follow no standard: who is meant is read from the words round the addresses.

One pass over the lines, so that no text can make it slow. Where two readings are possible, it names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from channels_in.email.parse import bounce_words as words
from channels_in.email.parse.addresses import normal_address

MAX_LINES = 400
MAX_LINE = 1_000
_ADDRESS = re.compile(r"[\w.+=/'!#$%&*?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45])[0-7]\d(?=[\s-][\w<(]|$)")
_OPENS_LINE = re.compile(r"^[\s*>·•-]*(?:to|recipient|address|user)?[\s:]*[<(\"'\[]*$", re.IGNORECASE)
_NEAR = 4
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Guess:
    address: str
    status: str
    diagnostic: str
    is_delay: bool


def guess_recipients(text: str, not_meant: Iterable[str]) -> list[Guess]:
    """The addresses that the words of a report say did not get the mail."""
    lines = _report_lines(text)
    strangers = frozenset(not_meant)
    has_failure = [_tells(line) for line in lines]
    marks: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(lines):
        if words.HEADER_OF_RETURNED.match(line):
            continue
        for match in _ADDRESS.finditer(line):
            address = normal_address(match.group().strip(".'"))
            if not address or address in strangers or words.OFFICIAL.match(address):
                continue
            score = _score(lines, has_failure, number, match.start())
            if score > marks.get(address, (0, 0))[0]:
                marks[address] = (score, number)
    best = max((score for score, _ in marks.values()), default=0)
    is_delay = words.STILL_TRYING.search("\n".join(lines)) is not None and not _gave_up(lines)
    return [
        _guess(address, lines, number, is_delay=is_delay)
        for address, (score, number) in marks.items()
        if score >= max(_ENOUGH, best - 1)
    ]


def status_in(text: str) -> tuple[str, str]:
    """(status, the line that tells it) of a report, "" when it has none."""
    for line in _report_lines(text):
        if status := _code(line):
            return status, " ".join(line.split())[:300]
    return "", ""


def says_failure(text: str) -> bool:
    """Whether a mail by a mail system says in words that something was not delivered."""
    return any(words.FAILURE.search(line) for line in _report_lines(text))


def _report_lines(text: str) -> list[str]:
    end = words.RETURNED_MAIL.search(text[:100_000])
    # A report may also stand below a short copy, so a mark in its very first lines does not count.
    if end and len(text[: end.start()].split()) > 3:
        text = text[: end.start()]
    return [line[:MAX_LINE] for line in text.split("\n")[:MAX_LINES]]


def _score(lines: list[str], has_failure: list[bool], number: int, column: int) -> int:
    line = lines[number]
    score = 3 if has_failure[number] else 0
    if _OPENS_LINE.match(line[:column]):
        score += 1
    above = [n for n in range(max(0, number - _NEAR), number) if lines[n].strip()]
    if any(has_failure[n] for n in above):
        score += 2
    below = [n for n in range(number + 1, min(len(lines), number + _NEAR)) if lines[n].strip()]
    if any(has_failure[n] for n in below[:2]):
        score += 2
    return score


def _tells(line: str) -> bool:
    return bool(words.FAILURE.search(line) or words.STILL_TRYING.search(line) or _code(line))


def _gave_up(lines: list[str]) -> bool:
    return any(words.GAVE_UP.search(line) for line in lines)


def _guess(address: str, lines: list[str], number: int, *, is_delay: bool) -> Guess:
    near = [lines[number], *lines[number + 1 : number + 1 + _NEAR], *lines[max(0, number - 2) : number]]
    told = next(((status, line) for line in near if (status := _code(line))), ("", ""))
    status, diagnostic = told
    if not status:
        status = "4.0.0" if is_delay else "5.0.0"
        diagnostic = next((line for line in near if words.FAILURE.search(line)), "")
    return Guess(address, status, " ".join(diagnostic.split())[:300], is_delay)


def _code(line: str) -> str:
    if match := _STATUS.search(line):
        return match.group()
    match = _CODE.search(line)
    return f"{match.group(1)}.0.0" if match else ""
