"""Raw bytes of a mail to its normal form: pure, total (any bytes give a ParsedMail) and limited in size and depth."""

from channels_in.email.parse.mail import parse
from channels_in.email.parse.model import BouncedRecipient, Nature, ParsedFile, ParsedMail
from channels_in.email.parse.normal_form import as_json

__all__ = ["BouncedRecipient", "Nature", "ParsedFile", "ParsedMail", "as_json", "parse"]
