"""What the sender wrote now: the text without quoted history and signature. The full text is always kept beside it."""

from channels_in.email.parse import phrases

HISTORY_MARK = "\ue000"
"""Stands on a line of its own where HTML says that history begins (Outlook's and others' containers)."""

MAX_LINES = 20_000
_SIGNATURE_LINES = 20
_HEADER_BLOCK_LINES = 12
_HEADER_LINE_LENGTH = 1000
_TRAILER_LENGTH = 300


def reply_only(text: str) -> str:
    """Never empty for a mail that only forwards, or that begins with what looks like history."""
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return text.replace(HISTORY_MARK, "")
    kept = _strip_signature(_without_history(lines))
    if not any(line.strip(" -_*=\t") for line in kept) and not _has_quotes(lines):
        kept = lines
    return "\n".join(line for line in kept if line != HISTORY_MARK).strip()


def _without_history(lines: list[str]) -> list[str]:
    kept: list[str] = []
    last_quoted = max((number for number, line in enumerate(lines) if _is_quoted(line)), default=-1)
    position = 0
    while position < len(lines):
        line = lines[position]
        if _is_quoted(line):
            position += 1
            continue
        if len(line) < _HEADER_LINE_LENGTH and phrases.FORWARD.match(line) and _is_framed(line):
            return kept + lines[position:]
        if _ends_reply(lines, position):
            return kept
        header = _quote_header(lines, position)
        if header == 0:
            kept.append(line)
            position += 1
            continue
        position += header
        if position > last_quoted:
            return kept
    return kept


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "＞"))


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
    return _is_header_block(lines, position)


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
    return {phrases.FROM, phrases.TO, phrases.SUBJECT} <= seen


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
    joined = ""
    for count, line in enumerate(lines[position : position + phrases.WRAP_LINES], start=1):
        if not line.strip() or (count > 1 and _is_quoted(line)):
            return 0
        joined = f"{joined} {line.strip()}" if joined else line.strip()
        if len(joined) > phrases.WRAP_CHARACTERS:
            return 0
        if joined.rstrip().endswith((":", "：", ":*", ":-", ": -")) and _is_quote_header(joined):
            return count
        if count == 1 and not _may_open(joined):
            return 0
    return 0


def _lines_to_quote(lines: list[str], position: int) -> int:
    """How many lines from a mark to the quoted ones that it introduces; 0 when none are near."""
    near = lines[position : position + phrases.WRAP_LINES + 2]
    return next((count for count, line in enumerate(near) if _is_quoted(line)), 0)


def _may_open(line: str) -> bool:
    return phrases.OPENER.match(line) is not None or "<" in line or "@" in line


def _is_quote_header(text: str) -> bool:
    text = text.rstrip("*- ")
    if phrases.ADDRESS_IN_BRACKETS.search(text) and phrases.TIME_OF_DAY.search(text):
        return True
    has_fact = "@" in text or any(character.isdigit() for character in text)
    return has_fact and phrases.WROTE_LINE.match(text) is not None


def _strip_signature(lines: list[str]) -> list[str]:
    """Cut at "-- " near the end, if that leaves words above; then the phone's advertisement and trailing rules."""
    lines = _rstrip(lines)
    first = max(1, len(lines) - _SIGNATURE_LINES)
    marks = (i for i in range(first, len(lines)) if phrases.SIGNATURE_MARK.match(lines[i].strip() or "x"))
    cut = next((i for i in marks if any(line.strip() for line in lines[:i])), len(lines))
    lines = _rstrip(lines[:cut])
    while lines and _is_trailer(lines[-1]):
        lines = _rstrip(lines[:-1])
    return lines


def _is_trailer(line: str) -> bool:
    if len(line) > _TRAILER_LENGTH:
        return False
    return phrases.PHONE_SIGNATURE.match(line) is not None or phrases.RULE_LINE.match(line) is not None


def _rstrip(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
