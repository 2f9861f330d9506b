"""Abuse reports (RFC 5965): somebody pressed "this is spam" on a mail of ours."""

from dataclasses import dataclass

from channels_in.email.parse.addresses import first_address
from channels_in.email.parse.headers import split_head
from channels_in.email.parse.identifiers import own_message_id
from channels_in.email.parse.mime import Part


@dataclass(frozen=True, slots=True)
class FeedbackReport:
    recipient: str
    message_id: str


def read_feedback_report(root: Part) -> FeedbackReport | None:
    parts = [part for part in root.walk() if not part.is_multipart]
    report = next((part for part in parts if part.type == "message/feedback-report"), None)
    if report is None:
        return None
    fields, _ = split_head(report.payload(), 0, len(report.payload()))
    recipient = first_address(fields.first_filled("original-rcpt-to"))
    original = next((part for part in parts if part.type in ("message/rfc822", "text/rfc822-headers")), None)
    message_id = ""
    if original is not None:
        content = original.payload()
        headers, _ = split_head(content, 0, len(content))
        message_id = own_message_id(headers.first_filled("message-id"))
        recipient = recipient or first_address(headers.first_filled("to"))
    return FeedbackReport(recipient.address if recipient else "", message_id)
