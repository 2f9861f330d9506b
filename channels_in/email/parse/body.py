"""What a person reads of a mail: its text and HTML, chosen and joined from the parts, and the files beside them."""

import mimetypes
import re
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote

from channels_in.email.parse.armor import is_encrypted
from channels_in.email.parse.attachments import (
    content_id_of,
    file_name_of,
    is_tnef,
    make_file,
    take_out_data_images,
    to_file,
    unpack_tnef,
)
from channels_in.email.parse.charset import decode
from channels_in.email.parse.flowed import unflow
from channels_in.email.parse.limits import MAX_HTML_CHARACTERS, MAX_TEXT_CHARACTERS
from channels_in.email.parse.mime import PKCS7, Part
from channels_in.email.parse.model import ParsedFile
from channels_in.email.parse.uuencode import take_out
from core.html import html_to_text, sanitize

_PLAIN = frozenset(("text/plain", "text/markdown", "text/x-markdown", "text/enriched", "text/richtext"))
_HTML = frozenset(("text/html", "application/xhtml+xml"))
_IGNORED_ALTERNATIVES = frozenset(("text/x-amp-html", "text/watch-html", "text/x-pwkp"))
_ENVELOPES = frozenset(("enveloped-data", "authenveloped-data", "compressed-data", "encrypted-data", ""))
_LOOKS_LIKE_HTML = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_ENRICHED_TAG = re.compile(r"<(/?)(\w+)>")
_LOCAL_REFERENCE = re.compile(r"(?:src|background)\s*=\s*[\"']?\s*(?:cid:)?([^\"'\s>]+)", re.IGNORECASE)


@dataclass(slots=True)
class Segment:
    """A stretch of the body in one or both forms."""

    text: str | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    text: str
    html: str
    has_own_text: bool
    files: tuple[ParsedFile, ...]
    problems: tuple[str, ...]


def read_body(root: Part) -> Body:
    reader = _Reader()
    segments = reader.segments(root)
    if not _has_content(segments):
        segments = reader.promote_named_text() or segments
    files = reader.finish_files(segments)
    for segment in segments:
        if segment.html:
            segment.html, images = take_out_data_images(segment.html, len(files) + 1)
            files.extend(images)
    if reader.tnef_segment and not _has_content(segments):
        segments = [reader.tnef_segment]
    text, html = _join(segments, reader.problems)
    if is_encrypted(text):
        reader.problems.append("encrypted")
    has_own_text = any(segment.text for segment in segments)
    return Body(text, html, has_own_text, tuple(files), tuple(dict.fromkeys(reader.problems)))


class _Reader:
    """Walks the tree once; body text becomes segments, everything else waits to become a file."""

    def __init__(self) -> None:
        self.file_parts: list[Part] = []
        self.problems: list[str] = []
        self.tnef_segment: Segment | None = None
        self.written_files: list[tuple[str, bytes]] = []

    def segments(self, part: Part) -> list[Segment]:
        if not part.is_multipart:
            return self._leaf(part)
        match part.subtype:
            case "alternative":
                return self._alternative(part)
            case "related":
                return self._related(part)
            case "report":
                first, *rest = part.children
                self.file_parts.extend(leaf for child in rest for leaf in child.walk() if not leaf.is_multipart)
                return self.segments(first)
            case "encrypted":
                self.problems.append("encrypted")
        return [segment for child in part.children for segment in self.segments(child)]

    def _leaf(self, part: Part) -> list[Segment]:
        if part.type in PKCS7 and part.parameters.get("smime-type", "").lower() in _ENVELOPES:
            self.problems.append("encrypted")
        if part.type in _IGNORED_ALTERNATIVES:
            return []
        if part.type not in _PLAIN | _HTML or part.disposition == "attachment" or file_name_of(part):
            if part.type.startswith("multipart/") and not part.payload().strip():
                return []
            self.file_parts.append(part)
            return []
        return [self._text(part)]

    def _text(self, part: Part) -> Segment:
        """A text whose uuencoded files are taken out of it."""
        segment = _segment(part)
        if part.type != "text/plain" or segment.text is None or "\nbegin" not in f"\n{segment.text}":
            return segment
        rest, files = take_out(part.payload())
        if not files:
            return segment
        self.written_files.extend(files)
        return _segment(part, rest)

    def _alternative(self, part: Part) -> list[Segment]:
        """One body in several forms: the first text and the last HTML that say something."""
        groups = [group for child in part.children if (group := self.segments(child))]
        texts = [g for g in groups if all(s.html is None for s in g)]
        htmls = [g for g in groups if any(s.html for s in g)]
        if not texts or not htmls:
            return (htmls or texts or [[]])[-1]
        text = "\n\n".join(s.text or "" for s in texts[0]).strip("\n")
        html = "".join(s.html if s.html is not None else _text_to_html(s.text or "") for s in htmls[-1])
        own_texts = [s.text for s in htmls[-1] if s.text and s.html is not None]
        return [Segment(text if text.strip() else "\n\n".join(own_texts) or None, html)]

    def _related(self, part: Part) -> list[Segment]:
        """A root and what it shows; text beside the root is a file unless it is an unnamed second form."""
        start = part.parameters.get("start", "").strip("<>")
        root = next((c for c in part.children if start and content_id_of(c) == start), part.children[0])
        segments = self.segments(root)
        for child in part.children:
            if child is root:
                continue
            if child.is_multipart or (child.type in _HTML | _PLAIN and not content_id_of(child)):
                segments.extend(self.segments(child))
            else:
                self.file_parts.append(child)
        if len(segments) == 2 and segments[0].html is None and segments[1].text is None:
            return [Segment(segments[0].text, segments[1].html)]
        return segments

    def promote_named_text(self) -> list[Segment]:
        """A mail whose only text has a file name: that text is the body, unless it says "attachment"."""
        for part in self.file_parts:
            if part.type in _PLAIN | _HTML and part.disposition != "attachment":
                self.file_parts.remove(part)
                return [_segment(part)]
        return []

    def finish_files(self, segments: list[Segment]) -> list[ParsedFile]:
        html = "".join(segment.html or "" for segment in segments)
        referenced = frozenset(unquote(match.group(1)).lower() for match in _LOCAL_REFERENCE.finditer(html))
        files: list[ParsedFile] = []
        for part in self.file_parts:
            file = to_file(part, len(files) + 1, referenced)
            unpacked = unpack_tnef(file.content, len(files) + 1) if is_tnef(part) else None
            if unpacked is None:
                if is_tnef(part):
                    self.problems.append("tnef_unreadable")
                files.append(file)
                continue
            tnef_files, text, tnef_html = unpacked
            files.extend(tnef_files)
            if text or tnef_html:
                self.tnef_segment = Segment(text or None, tnef_html or None)
        for name, content in self.written_files:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            files.append(make_file(name, kind, content, len(files) + 1))
        return files


def _segment(part: Part, data: bytes | None = None) -> Segment:
    data = part.payload() if data is None else data
    label = part.parameters.get("charset", "")
    if part.type in _HTML:
        if not label and (meta := _META_CHARSET.search(data[:4000])):
            label = meta.group(1).decode("ascii", "replace")
        return Segment(html=decode(data, label))
    text = decode(data, label)
    if part.type == "text/plain" and _LOOKS_LIKE_HTML.match(text):
        return Segment(html=text)
    if part.type in ("text/enriched", "text/richtext"):
        return Segment(text=_ENRICHED_TAG.sub("", text).replace("<<", "<"))
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return Segment(text=text)


def _has_content(segments: list[Segment]) -> bool:
    return any((s.text and s.text.strip()) or (s.html and s.html.strip()) for s in segments)


def _join(segments: list[Segment], problems: list[str]) -> tuple[str, str]:
    """The whole body as text, and as sanitized HTML when any of it came as HTML."""
    has_html = any(segment.html for segment in segments)
    texts: list[str] = []
    htmls: list[str] = []
    for segment in segments:
        safe = ""
        if segment.html:
            if len(segment.html) > MAX_HTML_CHARACTERS:
                problems.append("html_cut")
            safe = sanitize(segment.html[:MAX_HTML_CHARACTERS])
        text = segment.text if segment.text is not None else html_to_text(safe)
        if len(text) > MAX_TEXT_CHARACTERS:
            problems.append("text_cut")
            text = text[:MAX_TEXT_CHARACTERS]
        texts.append(_trim(text))
        htmls.append(safe or (_text_to_html(text) if has_html and segment.html is None else ""))
    text = "\n\n".join(filter(None, texts))
    return text, sanitize("".join(htmls)) if len(htmls) > 1 and has_html else "".join(htmls)


def _trim(text: str) -> str:
    """Without blank lines at both ends and blanks at line ends (but "-- " stays a signature mark)."""
    lines = [line if line == "-- " else line.rstrip() for line in text.split("\n")]
    return "\n".join(lines).strip("\n")


def _text_to_html(text: str) -> str:
    return f"<p>{escape(text.strip()).replace(chr(10), '<br>')}</p>" if text.strip() else ""
