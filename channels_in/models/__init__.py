"""What came in, kept raw before anyone reads it, and each attempt to send something out."""

from channels_in.models.chat_visitor import ChatVisitor, SignedSignIn
from channels_in.models.demo_mail import DemoMail
from channels_in.models.inbound_delivery import DeliveryState, HeldFor, InboundDelivery
from channels_in.models.inbox_check import InboxCheck
from channels_in.models.mail_fetch import FetchedMail, MailFetch
from channels_in.models.mail_sign_in import MailGrant, OAuthProvider, SignInFlow
from channels_in.models.outbound_attempt import AttemptOutcome, OutboundAttempt
from channels_in.models.pending_connection import PendingConnection

__all__ = [
    "AttemptOutcome",
    "ChatVisitor",
    "DeliveryState",
    "DemoMail",
    "FetchedMail",
    "HeldFor",
    "InboundDelivery",
    "InboxCheck",
    "MailFetch",
    "MailGrant",
    "OAuthProvider",
    "OutboundAttempt",
    "PendingConnection",
    "SignInFlow",
    "SignedSignIn",
]
