"""Gets from a provider what its webhook only mentions; runs in a worker, never in the provider's own call."""

from __future__ import annotations

import dataclasses
import json
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import quote, urljoin

import boto3
import httpx
from anymail.inbound import AnymailInboundMessage
from botocore.exceptions import BotoCoreError, ClientError

from channels_in.base import ChannelError, Enclosed, ErrorKind
from channels_in.email.providers import amazon
from channels_in.email.providers.account import Account
from channels_in.email.providers.catalog import Provider
from core import http

_MOST_BYTES = 60 * 1024 * 1024
_SECONDS = 40.0
_RESEND, _BREVO = "https://api.resend.com/", "https://api.brevo.com/v3/"


def fetched(provider: Provider, account: Account, enclosed: Enclosed) -> Enclosed:
    """The same with its content. Raises ChannelError."""
    raw = _FETCHERS[provider.key](account, enclosed.ref)
    return dataclasses.replace(enclosed, raw=raw, ref="")


def _resend(account: Account, ref: str) -> bytes:
    url = urljoin(_base(account, _RESEND), f"emails/receiving/{quote(ref, safe='')}")
    told = json.loads(_get("Resend", url, {"Authorization": f"Bearer {account.key}"}))
    raw = (told.get("raw") or {}).get("download_url")
    # The address of the raw mail carries its own permission; our key must not go to other hosts.
    return _get("Resend", str(raw), {}) if raw else _put_together(told)


def _put_together(told: dict[str, Any]) -> bytes:
    """Without the raw mail: headers and texts. What the provider keeps apart is named in the text."""
    headers = told.get("headers") or {}
    pairs = headers.items() if isinstance(headers, dict) else [(item["name"], item["value"]) for item in headers]
    mail = AnymailInboundMessage.construct(
        headers=[(name, one) for name, value in pairs for one in (value if isinstance(value, list) else [value])],
        text=told.get("text"),
        html=told.get("html"),
    )
    given = {"From": told.get("from"), "To": ", ".join(told.get("to") or []), "Subject": told.get("subject")}
    for name, value in given.items():
        if value and name not in mail:
            mail[name] = value
    return bytes(mail.as_bytes())


def _brevo(account: Account, ref: str) -> bytes:
    item = json.loads(ref)
    mail = EmailMessage(policy=SMTP)
    for name, values in (item.get("Headers") or {}).items():
        if name.lower() in ("content-type", "content-transfer-encoding", "mime-version"):
            continue
        for value in [values] if isinstance(values, str) else values:
            mail.add_header(name, " ".join(str(value).split()))
    mail.set_content(item.get("RawTextBody") or "")
    if html := item.get("RawHtmlBody"):
        mail.add_alternative(html, subtype="html")
    for file in item.get("Attachments") or []:
        url = urljoin(_base(account, _BREVO), f"inbound/attachments/{quote(str(file['DownloadToken']), safe='')}")
        content = _get("Brevo", url, {"api-key": account.key})
        maintype, _, subtype = str(file.get("ContentType") or "application/octet-stream").partition("/")
        if maintype in ("multipart", "message", "text") or not subtype:
            maintype, subtype = "application", "octet-stream"
        mail.add_attachment(
            content,
            maintype=maintype,
            subtype=subtype.partition(";")[0],
            filename=" ".join(str(file.get("Name") or "file").split()),
            cid=f"<{file['ContentID']}>" if file.get("ContentID") else None,
        )
    return mail.as_bytes()


def _amazon(account: Account, ref: str) -> bytes:
    if not (account.key and account.second_key):
        # Without them Amazon's library would take those of the machine.
        raise ChannelError(ErrorKind.RETRY, "Amazon S3 needs the access key: enter it in the inbox's settings.")
    place = json.loads(ref)
    session = boto3.session.Session(
        aws_access_key_id=account.key, aws_secret_access_key=account.second_key, region_name=account.place
    )
    client = session.client("s3", **amazon.client_params(account))
    try:
        content: bytes = client.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read(_MOST_BYTES + 1)
    except ClientError as error:
        known = amazon.refusal_of(error)
        raise known or ChannelError(ErrorKind.RETRY, "Amazon S3 refused the mail.") from error
    except BotoCoreError as error:
        raise ChannelError(ErrorKind.RETRY, "Amazon S3 cannot be reached.") from error
    finally:
        client.close()
    if len(content) > _MOST_BYTES:
        raise ChannelError(ErrorKind.PERMANENT, "The mail in Amazon S3 is too large.")
    return content


def _get(label: str, url: str, headers: dict[str, str]) -> bytes:
    try:
        answer = http.send(httpx.Request("GET", url, headers=headers), max_bytes=_MOST_BYTES, seconds=_SECONDS)
    except http.HttpError as error:
        raise ChannelError(ErrorKind.RETRY, f"{label} cannot be asked for the mail: {error}") from error
    if answer.is_ok:
        return answer.body
    kind = ErrorKind.RETRY if answer.status in (401, 403, 429) or answer.status >= 500 else ErrorKind.PERMANENT
    raise ChannelError(kind, f"{label} does not give the mail ({answer.status}).")


def _base(account: Account, default: str) -> str:
    url = account.url or default
    return url if url.endswith("/") else f"{url}/"


_FETCHERS = {"resend": _resend, "brevo": _brevo, amazon.KEY: _amazon}
