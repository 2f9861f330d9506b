"""Files of a mail: their names as people may see them, inline or not, TNEF containers unpacked."""

import hashlib
import mimetypes
import re
from urllib.parse import unquote

from tnefparse import TNEF

from channels_in.email.parse.charset import decode
from channels_in.email.parse.fence import fenced
from channels_in.email.parse.headers import decode_base64, decode_words, split_head
from channels_in.email.parse.limits import MAX_DATA_IMAGES, MAX_PARTS, MAX_TNEF_BYTES
from channels_in.email.parse.mime import REMAINDER, Part
from channels_in.email.parse.model import ParsedFile
from core.text import clean_file_name, clean_line

_TNEF_SECONDS = 2.0
_TYPE = re.compile(r"[a-z0-9][\w.+-]*/[a-z0-9][\w.+-]*")
_DATA_IMAGE = re.compile(
    r"(src\s*=\s*[\"']?\s*)data:(image/(?:png|jpe?g|gif|webp));base64,([A-Za-z0-9+/=%\s]+?)(?=[\"'>]|\s\w+=)",
    re.IGNORECASE,
)
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "message/global-delivery-status": ".txt",
    "message/global": ".eml",
    "text/rfc822-headers": ".txt",
    "message/rfc822-headers": ".txt",
    "application/pgp-encrypted": ".asc",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    REMAINDER: ".eml",
}


def file_name_of(part: Part) -> str:
    """The sender's name for a part; "" when there is none."""
    name = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    return name.strip()


def content_id_of(part: Part) -> str:
    return clean_line(unquote(part.headers.raw("content-id").strip().strip("<>")), 250)


def to_file(part: Part, number: int, referenced: frozenset[str]) -> ParsedFile:
    content = part.payload()
    content_id = content_id_of(part)
    location = part.headers.raw("content-location").strip()
    is_inline = bool(
        (content_id and content_id.lower() in referenced)
        or (location and location.lower() in referenced)
        or (part.disposition == "inline" and part.type.startswith("image/"))
    )
    name = file_name_of(part) or _name_of_mail(part, content)
    return make_file(name, part.type, content, number, is_inline=is_inline, content_id=content_id)


def make_file(
    name: str, kind: str, content: bytes, number: int, *, is_inline: bool = False, content_id: str = ""
) -> ParsedFile:
    kind = kind if _TYPE.fullmatch(kind) and kind != REMAINDER else _type_for(kind)
    fallback = f"attachment-{number}{_EXTENSIONS.get(kind) or mimetypes.guess_extension(kind) or '.bin'}"
    return ParsedFile(
        name=clean_file_name(name, fallback),
        type=kind[:120],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        is_inline=is_inline,
        content_id=content_id,
    )


def _type_for(kind: str) -> str:
    return "message/rfc822" if kind == REMAINDER else "application/octet-stream"


def _name_of_mail(part: Part, content: bytes) -> str:
    """An attached mail is named by its subject."""
    if part.type != "message/rfc822":
        return ""
    headers, _ = split_head(content, 0, len(content))
    subject = clean_line(decode_words(headers.first_filled("subject")), 80)
    return f"{subject}.eml".replace("/", "-").replace("\\", "-") if subject else ""


def take_out_data_images(html: str, first_number: int) -> tuple[str, list[ParsedFile]]:
    """Pictures written into the HTML itself become inline files, since stored HTML may hold no data: addresses."""
    if "data:image/" not in html:
        return html, []
    files: list[ParsedFile] = []

    def to_cid(match: re.Match[str]) -> str:
        if len(files) >= MAX_DATA_IMAGES:
            return match.group()
        content = decode_base64(unquote(match.group(3)).encode("ascii", "ignore"))
        number = first_number + len(files)
        content_id = f"image-{number}@generated"
        files.append(make_file("", match.group(2).lower(), content, number, is_inline=True, content_id=content_id))
        return f"{match.group(1)}cid:{content_id}"

    return _DATA_IMAGE.sub(to_cid, html), files


def is_tnef(part: Part) -> bool:
    return part.type in ("application/ms-tnef", "application/vnd.ms-tnef") or (
        file_name_of(part).lower() == "winmail.dat"
    )


def unpack_tnef(content: bytes, first_number: int) -> tuple[list[ParsedFile], str, str] | None:
    """(files, text, html) of a winmail.dat; None when it is too large or broken, and then it stays as it is."""
    if len(content) > MAX_TNEF_BYTES:
        return None
    return fenced(lambda: _unpack_tnef(content, first_number), None, seconds=_TNEF_SECONDS)


def _unpack_tnef(content: bytes, first_number: int) -> tuple[list[ParsedFile], str, str]:
    container = TNEF(content, do_checksum=False)
    files = [
        make_file(
            str(item.long_filename() or ""),
            mimetypes.guess_type(str(item.long_filename() or ""))[0] or "application/octet-stream",
            bytes(item.data or b""),
            first_number + index,
        )
        for index, item in enumerate(container.attachments[:MAX_PARTS])
    ]
    return files, _tnef_text(container.body), _tnef_text(container.htmlbody)


def _tnef_text(value: object) -> str:
    if isinstance(value, bytes):
        return decode(value)
    return decode(value.encode("utf-8", "replace"), "utf-8") if isinstance(value, str) else ""
