"""The normal form as JSON, with the keys of the `parse_email` door in their promised order."""

from typing import Any

from channels_in.email.parse.model import ParsedMail


def as_json(mail: ParsedMail) -> dict[str, Any]:
    """Absent times and ids are null, absent texts are empty."""
    return {
        "from": mail.sender.address,
        "from_name": mail.sender.name,
        "to": [address.address for address in mail.to],
        "cc": [address.address for address in mail.cc],
        "reply_to": [address.address for address in mail.reply_to],
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to or None,
        "references": list(mail.references),
        "text": mail.text,
        "html": mail.html,
        "reply_text": mail.reply_text,
        "attachments": [
            {
                "name": file.name,
                "type": file.type,
                "size": file.size,
                "inline": file.is_inline,
                "content_id": file.content_id,
                "sha256": file.sha256,
            }
            for file in mail.files
        ],
        "is_auto_reply": mail.nature.is_auto_reply,
        "is_bounce": mail.nature.is_bounce,
        "bounces": [
            {
                "recipient": bounced.recipient,
                "status": bounced.status,
                "permanent": bounced.is_permanent,
                "message_id": bounced.message_id or None,
            }
            for bounced in mail.nature.bounces
        ],
        "is_feedback_report": mail.nature.is_feedback_report,
        "is_list": mail.nature.is_list,
        "problems": list(mail.problems),
    }
