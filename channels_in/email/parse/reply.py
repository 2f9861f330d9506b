"""What the sender wrote now: the text without quoted history and signature. The full text is always kept beside it."""

from channels_in.email.parse import phrases
from channels_in.email.parse.signatures import strip_banner, strip_signature

HISTORY_MARK = "\ue000"
"""Stands on a line of its own where HTML says that history begins (Outlook's and others' containers)."""

MAX_LINES = 20_000
_HEADER_BLOCK_LINES = 12
_HEADER_LINE_LENGTH = 1000
_LOOSE_HEADER_LINES = 6


def reply_only(text: str) -> str:
    """Never empty for a mail that only forwards, or that begins with what looks like history."""
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return text.replace(HISTORY_MARK, "")
    kept = strip_banner(strip_signature(_without_history(lines)))
    if not any(line.strip(" -_*=\t") for line in kept) and not _has_quotes(lines):
        kept = lines
    return "\n".join(line for line in kept if line != HISTORY_MARK).strip()


def _without_history(lines: list[str]) -> list[str]:
    kept: list[str] = []
    last_quoted = max((number for number, line in enumerate(lines) if _is_quoted(line)), default=-1)
    position = 0
    while position < len(lines):
        line = lines[position]
        if _is_quoted(line) or _is_torn_quote(lines, position):
            position += 1
            continue
        if len(line) < _HEADER_LINE_LENGTH and phrases.FORWARD.match(line) and _is_framed(line):
            return kept + lines[position:]
        if _ends_reply(lines, position):
            return kept
        own_words = _own_words_before_header(line)
        header = 1 if own_words else _quote_header(lines, position)
        if header == 0 or own_words:
            kept.append(own_words or line)
        position += max(header, 1)
        if header == 0:
            continue
        if position > last_quoted:
            return kept
    return kept


def _is_quoted(line: str) -> bool:
    """ ">>> http://example.com <<<" is an ornament, and no quote."""
    stripped = line.lstrip()
    return stripped.startswith((">", "＞")) and not (stripped.startswith(">>") and line.rstrip().endswith("<<"))


def _is_torn_quote(lines: list[str], position: int) -> bool:
    """The rest of a link inside a quote, broken by a mail program that forgot the mark on its new line."""
    line = lines[position]
    if not 0 < position < len(lines) - 1 or len(line) > 300 or not _is_quoted(lines[position - 1]):
        return False
    return phrases.BROKEN_LINK.match(line) is not None and _is_quoted(lines[position + 1])


def _own_words_before_header(line: str) -> str:
    """The answer that stands on the line of its "On ... wrote:"; "" when the line is no such thing."""
    if len(line) > phrases.WRAP_CHARACTERS or not line.rstrip().endswith((":", "：", "-")):
        return ""
    shared = phrases.SHARED_LINE.match(line)
    return shared.group("own").rstrip(" -*_") if shared and not phrases.OPENER.match(line) else ""


def _has_quotes(lines: list[str]) -> bool:
    return any(_is_quoted(line) for line in lines)


def _is_framed(line: str) -> bool:
    """Some end in a colon ("Begin forwarded message:"), others stand between dashes."""
    stripped = line.strip()
    return stripped.endswith((":", "：")) or phrases.SEPARATOR_FRAME.search(stripped) is not None


def _ends_reply(lines: list[str], position: int) -> bool:
    """Whether all that follows is history, whatever it looks like."""
    line = lines[position]
    if line == HISTORY_MARK:
        return _lines_to_quote(lines, position) == 0
    stripped = line.strip()
    if not stripped or len(stripped) > 300:
        return False
    if phrases.SEPARATOR.match(stripped) and phrases.SEPARATOR_FRAME.search(stripped):
        return True
    if phrases.ABOVE_THIS_LINE.match(stripped) and _is_marker(stripped):
        return True
    if phrases.RULE_LINE.match(line):
        return _rule_ends_reply(lines, position)
    return _is_header_block(lines, position) or phrases.ONE_LINE_BLOCK.match(line) is not None


def _is_marker(stripped: str) -> bool:
    return stripped[0] in "#-=*_~" or len(stripped) < 80


def _rule_ends_reply(lines: list[str], position: int) -> bool:
    following = [line for line in lines[position + 1 : position + 6] if line.strip()]
    if not following:
        return False
    if phrases.LIST_FOOTER.search(" ".join(following[:3])):
        return True
    return _is_header_block(lines, position + 1)


def _is_header_block(lines: list[str], start: int) -> bool:
    """Outlook's "From: ... Sent: ... To: ... Subject: ..." in any language; a lone "From:" is somebody's sentence."""
    seen: set[str] = set()
    for line in lines[start : start + _HEADER_BLOCK_LINES]:
        label = _header_label(line)
        if not seen and line.strip() and label not in (phrases.FROM, phrases.DATE):
            return False
        if label:
            seen.add(label)
        if {phrases.FROM, phrases.DATE} <= seen and seen & {phrases.TO, phrases.SUBJECT}:
            return True
    return {phrases.FROM, phrases.TO, phrases.SUBJECT} <= seen or _is_dated_block(lines, start)


def _is_dated_block(lines: list[str], start: int) -> bool:
    """ "Date: Wed, 16 May 2012 00:15:02" right above "To: somebody@example.com" is nobody's sentence."""
    first, second = lines[start], lines[start + 1] if start + 1 < len(lines) else ""
    if (_header_label(first), _header_label(second)) not in (
        (phrases.DATE, phrases.TO), (phrases.DATE, phrases.FROM), (phrases.FROM, phrases.DATE),
    ):  # fmt: skip
        return False
    dates = first if _header_label(first) == phrases.DATE else second
    return "@" in f"{first}{second}" and bool(phrases.FULL_DATE.search(dates) and phrases.TIME_OF_DAY.search(dates))


def _header_label(line: str) -> str:
    match = phrases.HEADER_LINE.match(line) if len(line) < _HEADER_LINE_LENGTH else None
    groups = match.groupdict() if match else {}
    return next((name for name, word in groups.items() if word and name != "value"), "")


def _quote_header(lines: list[str], position: int) -> int:
    """How many lines from here are one "On ... wrote:"; 0 when none."""
    if not lines[position].strip():
        return 0
    if lines[position] == HISTORY_MARK:
        return _lines_to_quote(lines, position)
    return _wrapped_header(lines, position) or _bare_header(lines, position) or _loose_header(lines, position)


def _wrapped_header(lines: list[str], position: int) -> int:
    joined = ""
    for count, line in enumerate(lines[position : position + phrases.WRAP_LINES], start=1):
        if not line.strip() or (count > 1 and _is_quoted(line)):
            return 0
        joined = f"{joined} {line.strip()}" if joined else line.strip()
        if len(joined) > phrases.WRAP_CHARACTERS:
            return 0
        ends = joined.rstrip().endswith((":", "：", ":*", ":-", ": -"))
        if ends and _is_quote_header(joined):
            return count if _is_certain_header(joined) or _lines_to_quote(lines, position + count) else 0
        if joined.endswith(phrases.BARE_ENDS) and _is_addressed(joined) and _lines_to_quote(lines, position + count):
            return count
        if count == 1 and not _may_open(joined):
            return 0
    return 0


def _bare_header(lines: list[str], position: int) -> int:
    """A date and an address, without "wrote", right above a quote."""
    line = lines[position]
    if len(line) > 300 or phrases.BARE_HEADER.match(line) is None:
        return 0
    following = lines[position + 1 : position + 3]
    return 1 if any(_is_quoted(item) for item in following) and not following[0].strip("> ") else 0


def _loose_header(lines: list[str], position: int) -> int:
    """ "On <date> at <time> <name>", then blank or broken lines, then "wrote:"."""
    if len(lines[position]) > 160 or phrases.STRONG_OPENER.match(lines[position]) is None:
        return 0
    for count, line in enumerate(lines[position + 1 : position + 1 + _LOOSE_HEADER_LINES], start=2):
        if phrases.WROTE_END.match(line):
            return count
        if len(line) > 120 or line.rstrip().endswith((".", "!", "?")):
            return 0
    return 0


def _lines_to_quote(lines: list[str], position: int) -> int:
    """How many lines from a mark to the quoted ones that it introduces; 0 when none are near."""
    near = lines[position : position + phrases.WRAP_LINES + 2]
    return next((count for count, line in enumerate(near) if _is_quoted(line)), 0)


def _may_open(line: str) -> bool:
    return phrases.OPENER.match(line) is not None or "<" in line or "@" in line


def _is_addressed(text: str) -> bool:
    """Both an address and a time: what remains of a header in a language that we do not know, or without its colon."""
    return bool(phrases.ADDRESS_IN_BRACKETS.search(text) and phrases.TIME_OF_DAY.search(text))


def _is_quote_header(text: str) -> bool:
    text = text.rstrip("*- ")
    if _is_addressed(text):
        return True
    has_fact = "@" in text or any(character.isdigit() for character in text)
    return has_fact and phrases.WROTE_LINE.match(text) is not None


def _is_certain_header(text: str) -> bool:
    """With an address, a time or a year; "On 3 March I wrote:" above words of one's own has none of them."""
    return (
        phrases.ADDRESS_IN_BRACKETS.search(text) is not None
        or phrases.TIME_OF_DAY.search(text) is not None
        or phrases.FULL_DATE.search(text) is not None
    )
