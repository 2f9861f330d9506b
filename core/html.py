"""HTML of strangers made harmless for storing, and its text; nothing else in the product may decide what markup is safe."""

import re
from html import unescape

import nh3

POLICY_VERSION = 1
"""Raise it when the rules below change: stored HTML of an older version is cleaned again before it is shown."""

MAX_HTML_CHARACTERS = 2_000_000

_TEXT_TAGS = """a abbr acronym address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div
    dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q rp rt ruby s
    samp section article aside small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr"""
_TAGS = set(_TEXT_TAGS.split())
_TAGS_DROPPED_WITH_CONTENT = {
    "script", "style", "title", "head", "template", "noscript", "noembed", "noframes", "iframe", "object", "applet",
    "svg", "math", "select", "textarea", "button", "audio", "video", "canvas", "xmp", "plaintext", "listing",
}  # fmt: skip
_TABLE_CELL = {"align", "valign", "width", "height", "colspan", "rowspan", "bgcolor", "nowrap"}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border"},
    "table": {"width", "height", "border", "cellpadding", "cellspacing", "bgcolor"},
    "td": _TABLE_CELL,
    "th": _TABLE_CELL,
    "tr": {"valign", "bgcolor", "height"},
    "col": {"width", "span"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value", "type"},
    "font": {"color", "face", "size"},
    "blockquote": {"type"},
    "hr": {"width", "size", "color"},
}
# Only words without a url(); position and its kin could lay text over the product's own.
_STYLE_PROPERTIES = set(
    """background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width
    border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius
    border-right border-right-color border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-style border-top-width border-width clear color direction display float font
    font-family font-size font-style font-weight height letter-spacing line-height list-style-type margin
    margin-bottom margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left
    padding-right padding-top table-layout text-align text-decoration text-indent text-transform unicode-bidi
    vertical-align visibility white-space width word-break word-wrap overflow-wrap""".split()
)
_SUSPECT_STYLE = re.compile(r"url\s*\(|expression|@|\\|/\*|image-set|javascript|[<>]", re.IGNORECASE)

# The marks that mail programs put on the history below an answer; kept so that it can be folded.
QUOTE_CLASSES = frozenset(
    """gmail_quote gmail_quote_container gmail_extra gmail_attr yahoo_quoted protonmail_quote moz-cite-prefix
    moz-forward-container zmail_extra tutanota_quote quote gmail_signature moz-signature hd-quote""".split()
)
_ALLOWED_CLASSES = {tag: set(QUOTE_CLASSES) for tag in ("div", "blockquote", "span", "pre", "p", "table")}
# Outlook and Apple mark the history by id, and ids do not survive cleaning.
_QUOTE_IDS = re.compile(
    r"\bid\s*=\s*([\"']?)(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container"
    r"|isForwardContent|isReplyContent|ymail_android_signature|reply-intro|OLK_SRC_BODY_SECTION)\1(?=[\s>/])",
    re.IGNORECASE,
)

_IMAGE_SOURCE = re.compile(r'<img\b[^>]*?\ssrc="https?:', re.IGNORECASE)


def sanitize(html: str) -> str:
    """The same content by an allow-list: no scripts, forms, ids, remote styles; sanitizing twice changes nothing."""
    html = html[:MAX_HTML_CHARACTERS]
    if "<" not in html and "&" not in html and ">" not in html:
        return html
    html = _CLEANER.clean(_QUOTE_IDS.sub('class="hd-quote"', html))
    # Nesting repaired by the parser may move nodes once more; the second pass settles it.
    return _CLEANER.clean(html)


def has_remote_images(safe_html: str) -> bool:
    """Whether showing this sanitized HTML with images on would tell a stranger that it was opened."""
    return _IMAGE_SOURCE.search(safe_html) is not None


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style" and _SUSPECT_STYLE.search(value):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_TAGS_DROPPED_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_filter_attribute,
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    allowed_classes=_ALLOWED_CLASSES,
    filter_style_properties=_STYLE_PROPERTIES,
    generic_attribute_prefixes=None,
)


# Text of sanitized HTML. The sanitizer writes well-formed markup (attributes quoted, "<" escaped), so a token pattern
# is exact here and many times faster than a second HTML parser.

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:[^>\"]|\"[^\"]*\")*)>|([^<]+|<)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_HREF = re.compile(r'\shref="([^"]*)"')
_ALT = re.compile(r'\salt="([^"]*)"')
_HIDDEN = re.compile(r'\sstyle="[^"]*(?:display:\s*none|visibility:\s*hidden)', re.IGNORECASE)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote figure".split())
_LINES = frozenset(
    "div tr li dt dd address article aside section header footer main caption hr center figcaption".split()
)
_VOID = frozenset(("br", "hr", "img", "col", "wbr"))


def html_to_text(safe_html: str) -> str:
    """The words of *sanitized* HTML: paragraphs apart, list items and quotes marked, links with their address."""
    return _TextWriter().write(safe_html)


class _TextWriter:
    """One pass over the tokens; knows the open quotes, lists, links and hidden elements."""

    def __init__(self) -> None:
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
        if tag == "br":
            self._break(keep_blank=True)
            return
        if tag in _PARAGRAPHS:
            self._paragraph()
        elif tag in _LINES:
            self._break()
        match tag:
            case "blockquote":
                self.quotes += 1
            case "pre":
                self.preformatted += 1
            case "ul":
                self.lists.append(None)
            case "ol":
                self.lists.append(0)
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
            self.quotes = max(0, self.quotes - 1)
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
