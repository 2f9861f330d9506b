"""The words of sanitized HTML.

The sanitizer writes well-formed markup (attributes quoted, "<" escaped), so a token pattern is exact here
and many times faster than a second HTML parser.
"""

import re
from html import unescape

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:[^>\"]|\"[^\"]*\")*)>|([^<]+|<)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_HREF = re.compile(r'\shref="([^"]*)"')
_ALT = re.compile(r'\salt="([^"]*)"')
_HIDDEN = re.compile(r'\sstyle="[^"]*(?:display:\s*none|visibility:\s*hidden)', re.IGNORECASE)
_HISTORY = re.compile(r'\sclass="[^"]*\b(?:gmail_quote|yahoo_quoted|protonmail_quote|zmail_extra|hd-quote)\b')
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote figure".split())
_LINES = frozenset(
    "div tr li dt dd address article aside section header footer main caption hr center figcaption".split()
)
_VOID = frozenset(("br", "hr", "img", "col", "wbr"))


def html_to_text(safe_html: str, *, history_mark: str = "") -> str:
    """The words of *sanitized* HTML: paragraphs apart, lists and quotes marked, links with their address.

    With a `history_mark`, it stands on its own line wherever a mail program's quoted history begins.
    """
    return _TextWriter(history_mark).write(safe_html)


class _TextWriter:
    """One pass over the tokens; knows the open quotes, lists, links and hidden elements."""

    def __init__(self, history_mark: str) -> None:
        self.history_mark = history_mark
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes = 0
        self.preformatted = 0
        self.hidden_depth = 0
        self.links: list[tuple[str, int]] = []
        self.lists: list[int | None] = []
        self.words = 0

    def write(self, html: str) -> str:
        for match in _TOKEN.finditer(html):
            slash, tag, attributes, text = match.groups()
            if text is not None:
                self._text(text)
            elif slash:
                self._close(tag.lower())
            else:
                self._open(tag.lower(), attributes)
        self._break()
        return _BLANK_LINES.sub("\n\n", "\n".join(self.lines)).strip("\n").strip()

    def _text(self, text: str) -> None:
        if self.hidden_depth:
            return
        text = unescape(text).replace("\u00a0", " ")
        if self.preformatted:
            first, *rest = text.split("\n")
            self._append(first)
            for line in rest:
                self._break()
                self._append(line)
            return
        text = _SPACES.sub(" ", text)
        if not self.line or self.line[-1].endswith(" "):
            text = text.lstrip(" ")
        self._append(text)

    def _append(self, text: str) -> None:
        if text:
            self.line.append(text)
            self.words += len(text)

    def _open(self, tag: str, attributes: str) -> None:
        if self.hidden_depth or (tag not in _VOID and _HIDDEN.search(attributes)):
            if tag not in _VOID:
                self.hidden_depth += 1
            return
        if tag in _PARAGRAPHS:
            self._paragraph()
            self._open_block(tag)
        elif tag in _LINES:
            self._break()
        if self.history_mark and _HISTORY.search(attributes):
            self.lines.append(self.history_mark)
        self._open_inline(tag, attributes)

    def _open_block(self, tag: str) -> None:
        if tag == "blockquote":
            self.quotes += 1
        elif tag == "pre":
            self.preformatted += 1
        elif tag in ("ul", "ol"):
            self.lists.append(None if tag == "ul" else 0)

    def _open_inline(self, tag: str, attributes: str) -> None:
        match tag:
            case "br":
                self._break(keep_blank=True)
            case "li":
                self._append(self._bullet())
            case "td" | "th":
                self._separate_cells()
            case "hr":
                self._append("----------")
                self._break()
            case "a":
                href = _HREF.search(attributes)
                self.links.append((unescape(href.group(1)) if href else "", len(self.line)))
            case "img":
                alt = _ALT.search(attributes)
                self._append(unescape(alt.group(1)).strip() if alt else "")

    def _close(self, tag: str) -> None:
        if self.hidden_depth:
            self.hidden_depth -= 1
            return
        if tag == "a" and self.links:
            self._close_link(*self.links.pop())
            return
        if tag in _PARAGRAPHS:
            self._paragraph(closing=True)
        elif tag in _LINES:
            self._break()
        if tag == "blockquote":
            while self.lines and not self.lines[-1].strip("> "):
                self.lines.pop()
            self.quotes = max(0, self.quotes - 1)
            self.lines.append(self._quoted(""))
        elif tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()

    def _close_link(self, href: str, start: int) -> None:
        label = "".join(self.line[start:]).strip()
        plain = href.removeprefix("mailto:").removeprefix("tel:")
        bare = plain.removeprefix("https://").removeprefix("http://").rstrip("/")
        if href.startswith(("http:", "https:", "mailto:")) and label and bare not in label:
            self._append(f" ({plain})")

    def _bullet(self) -> str:
        indent = "  " * (len(self.lists) - 1)
        if not self.lists or self.lists[-1] is None:
            return f"{indent}- "
        self.lists[-1] += 1
        return f"{indent}{self.lists[-1]}. "

    def _separate_cells(self) -> None:
        if self.line and not self.line[-1].endswith(" "):
            self._append(" ")

    def _break(self, *, keep_blank: bool = False) -> None:
        line = "".join(self.line).rstrip(" ")
        if line or keep_blank:
            self.lines.append(self._quoted(line))
        self.line.clear()
        self.links = [(href, 0) for href, _ in self.links]

    def _paragraph(self, *, closing: bool = False) -> None:
        self._break()
        blank = self._quoted("")
        if self.lines and self.lines[-1] not in ("", blank) and (closing or self.words):
            self.lines.append(blank)

    def _quoted(self, line: str) -> str:
        if not self.quotes:
            return line
        return f"{'>' * min(self.quotes, 10)} {line}".rstrip()
