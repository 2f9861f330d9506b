"""HTML of strangers made harmless for storing; nothing else in the product may decide what markup is safe."""

import re

import nh3

from core.html_text import html_to_text

__all__ = ["QUOTE_CLASSES", "has_remote_images", "html_to_text", "sanitize", "without_remote_images"]

MAX_DEPTH = 250
"""Deeper elements are unwrapped: the tree builder takes quadratic time for them (a minute for 100,000)."""
_TAGS_WORTH_A_DEPTH_CHECK = 4000

_TAGS = set(
    """a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col
    colgroup dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd
    li main mark ol p pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot
    th thead time tr tt u ul var wbr""".split()
)
_TAGS_DROPPED_WITH_CONTENT = set(
    """applet audio button canvas head iframe listing math noembed noframes noscript object plaintext
    script select style svg template textarea title video xmp""".split()
)
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
    border-collapse border-color border-left border-left-color border-left-style border-left-width
    border-radius border-right border-right-color border-right-style border-right-width border-spacing
    border-style border-top border-top-color border-top-style border-top-width border-width clear color
    direction display float font font-family font-size font-style font-weight height letter-spacing
    line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-width
    min-width overflow-wrap padding padding-bottom padding-left padding-right padding-top table-layout
    text-align text-decoration text-indent text-transform unicode-bidi vertical-align visibility
    white-space width word-break word-wrap""".split()
)
_SUSPECT_STYLE = re.compile(r"url\s*\(|expression|@|\\|/\*|image-set|javascript|[<>]", re.IGNORECASE)

# The marks that mail programs put on the history below an answer; kept so that it can be folded.
QUOTE_CLASSES = frozenset(
    """gmail_quote gmail_quote_container gmail_extra gmail_attr yahoo_quoted protonmail_quote moz-cite-prefix
    moz-forward-container zmail_extra tutanota_quote quote gmail_signature moz-signature hd-quote""".split()
)
_ALLOWED_CLASSES = {tag: set(QUOTE_CLASSES) for tag in ("div", "blockquote", "span", "pre", "p", "table", "hr")}
# Outlook and Apple mark the history by id, and ids do not survive cleaning.
_QUOTE_IDS = re.compile(
    r"\bid\s*=\s*([\"']?)(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container"
    r"|isForwardContent|isReplyContent|ymail_android_signature|reply-intro|OLK_SRC_BODY_SECTION|stopSpelling|zwchr|origbody)\1(?=[\s>/])",
    re.IGNORECASE,
)
# Outlook for desktops draws a line above the history, in one of few greys, and gives it no other name.
_OUTLOOK_RULE = re.compile(
    r"<div(?=\s[^>]{0,80}?style=[\"']border:\s?none;\s?border-top:\s?solid "
    r"(?:#(?:E1E1E1|B5C4DF|DDDDDD|CCCCCC)|windowtext) 1\.0pt)",
    re.IGNORECASE,
)

_ANY_TAG = re.compile(r"<(/?)([a-z][a-z0-9:]*)[^>]*>?", re.IGNORECASE)
_NOT_NESTING = frozenset(
    """area base br col embed hr img input link meta param source track wbr
    p li dt dd td th tr tbody thead tfoot""".split()
)

_IMAGE_SOURCE = re.compile(r'<img\b[^>]*?\ssrc="https?:', re.IGNORECASE)


def sanitize(html: str) -> str:
    """The content by an allow-list: no scripts, forms, ids, remote styles; a second time changes nothing."""
    if "<" not in html and "&" not in html and ">" not in html:
        return html
    html = _clean(_OUTLOOK_RULE.sub('<div class="hd-quote"', _QUOTE_IDS.sub('class="hd-quote"', html)))
    # Nesting that the tree builder repaired may move nodes once more: clean until nothing changes.
    for _ in range(4):
        before, html = html, _clean(html)
        if html == before:
            break
    return html


def has_remote_images(safe_html: str) -> bool:
    """Whether showing this sanitized HTML with images on would tell a stranger that it was opened."""
    return _IMAGE_SOURCE.search(safe_html) is not None


def without_remote_images(safe_html: str) -> str:
    """Sanitized HTML whose strangers' pictures are not even asked for: only their alternative text shows."""
    return _IMAGE_SOURCE.sub(lambda found: found.group().replace(" src=", " data-src="), safe_html)


def _clean(html: str) -> str:
    if html.count("<") > _TAGS_WORTH_A_DEPTH_CHECK:
        html = _flatten(html)
    return _CLEANER.clean(html)


def _flatten(html: str) -> str:
    """Drop the opening tags that would nest deeper than any honest mail does."""
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        if match.group(2).lower() in _NOT_NESTING:
            return match.group()
        if match.group(1):
            depth = max(0, depth - 1)
        else:
            if depth >= MAX_DEPTH:
                return ""
            depth += 1
        return match.group()

    return _ANY_TAG.sub(keep, html)


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
