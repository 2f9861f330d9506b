"""What stands round an answer and is not part of it: signatures, phones' advertisements, disclaimers, warnings."""

from channels_in.email.parse import closing_words as words
from channels_in.email.parse.phrases import LIST_FOOTER, RULE_LINE

_SIGNATURE_LINES = 20
_TRAILER_LENGTH = 300
_CONTACT_BLOCK_LINES = 14
_CONTACT_LINE = 100
_BANNER_LINES = 6


def strip_signature(lines: list[str]) -> list[str]:
    """Cut at a mark near the end, below a closing and its name, and above disclaimers; never all of it."""
    lines = _without_trailers(_without_disclaimer(_rstrip(lines)))
    first = max(1, len(lines) - _SIGNATURE_LINES)
    marks = (i for i in range(first, len(lines)) if words.SIGNATURE_MARK.match(lines[i].strip() or "x"))
    cut = next((i for i in marks if _has_words(lines[:i]) and _is_mark(lines, i)), len(lines))
    lines = _without_trailers(_rstrip(lines[:cut]))
    lines = _without_contact_block(lines)
    return _without_dashed_name(_without_trailers(lines))


def strip_banner(lines: list[str]) -> list[str]:
    """Without the warning that a gateway put above the mail, when words of the sender follow."""
    start = next((i for i, line in enumerate(lines) if line.strip(" >*_|\t")), len(lines))
    if start == len(lines) or len(lines[start]) > 500 or not words.BANNER.match(lines[start]):
        return lines
    end = next((i for i in range(start, min(len(lines), start + _BANNER_LINES)) if not lines[i].strip()), None)
    rest = lines[end:] if end is not None else lines[start + 1 :]
    while rest and not rest[0].strip(" -_*=\t"):
        rest = rest[1:]
    return rest if _has_words(rest) else lines


def _is_mark(lines: list[str], position: int) -> bool:
    """Three dashes may also divide a text: below a signature's there is little, and no second one."""
    if len(lines[position].strip()) < 3:
        return True
    below = [line for line in lines[position + 1 :] if line.strip()]
    return len(below) <= 8 and all(
        len(line) <= _CONTACT_LINE and not line.startswith(("-", "*", "#")) for line in below
    )


def _without_disclaimer(lines: list[str]) -> list[str]:
    """From the paragraph that begins like a disclaimer to the end, unless that is all there is."""
    for number in range(1, len(lines)):
        starts_paragraph = not lines[number - 1].strip(" -_*=\t")
        if starts_paragraph and words.DISCLAIMER.match(lines[number][:400]) and _has_words(lines[:number]):
            return _rstrip(lines[:number])
    return lines


def _without_contact_block(lines: list[str]) -> list[str]:
    """ "Best regards, Rosa" is part of a letter; the firm, numbers and addresses below it are not."""
    last = len(lines)
    for number in range(max(1, last - _CONTACT_BLOCK_LINES), last):
        if not words.CLOSING.match(lines[number]):
            continue
        below = [i for i in range(number + 1, last) if lines[i].strip()]
        block = [lines[i] for i in below[1:]]
        is_short = all(len(line) <= _CONTACT_LINE for line in block)
        if len(block) >= 2 and is_short and any(words.CONTACT_DETAIL.search(line) for line in block):
            return _rstrip(lines[: below[0] + 1])
    return lines


def _without_dashed_name(lines: list[str]) -> list[str]:
    """A last line "-Lev", when it is no entry of a list."""
    if len(lines) < 2 or not words.DASHED_NAME.match(lines[-1].strip()):
        return lines
    is_list = any(line.lstrip().startswith("-") for line in lines[:-1][-3:])
    return lines if is_list or not _has_words(lines[:-1]) else _rstrip(lines[:-1])


def _without_trailers(lines: list[str]) -> list[str]:
    while lines and _is_trailer(lines[-1]) and _has_words(lines[:-1]):
        lines = _rstrip(lines[:-1])
    return lines


def _is_trailer(line: str) -> bool:
    if len(line) > _TRAILER_LENGTH:
        return False
    if RULE_LINE.match(line) or (LIST_FOOTER.search(line) and line.lstrip().startswith("http")):
        return True
    return words.PHONE_SIGNATURE.match(line) is not None and not words.PHONE_SENTENCE.search(line)


def _has_words(lines: list[str]) -> bool:
    return any(line.strip(" -_*=\t") for line in lines)


def _rstrip(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
