"""What is different with Amazon SES: it is called through Amazon's own library, and renames every mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpcore
from anymail.backends.amazon_ses import EmailBackend
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from channels_in.base import ChannelError, ErrorKind
from channels_in.email.providers.account import Account
from channels_in.email.server_words import TooLargeForThem
from core.addresses import Forbidden, checked_addresses

KEY = "amazon_ses"
_LABEL = "Amazon SES"
_LOGIN = {
    "AccessDenied", "AccessDeniedException", "ExpiredTokenException", "IncompleteSignature", "InvalidClientTokenId",
    "SignatureDoesNotMatch", "UnrecognizedClientException", "MissingAuthenticationToken",
    "AccountSuspendedException", "SendingPausedException",
}  # fmt: skip
_BUSY = {
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "LimitExceededException",
    "ServiceUnavailable",
}


def backend(account: Account) -> EmailBackend:
    """Only the credentials of the form count, never what the machine itself may have."""
    return EmailBackend(
        ignore_unsupported_features=True,
        session_params={
            "aws_access_key_id": account.key,
            "aws_secret_access_key": account.second_key,
            "region_name": account.place,
        },
        client_params=client_params(account),
    )


def client_params(account: Account) -> dict[str, Any]:
    # Trying again is our own business: whoever retries inside may send twice.
    config = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 1}, proxies={})
    return {"config": config, **({"endpoint_url": _checked(account.url)} if account.url else {})}


def aliases(provider: Any, given: list[str], place: str) -> list[str]:
    """The Message-ID that receivers will see and quote: Amazon's own id at the domain of its region."""
    if provider.key != KEY:
        return []
    # The first region has no name in it.
    return [f"{item}@{domain}" for item in given for domain in ("email.amazonses.com", f"{place}.amazonses.com")]


def refusal_of(error: Exception) -> ChannelError | None:
    """None when it is not Amazon's library that complains."""
    problem: BaseException | None = error
    while problem is not None and not isinstance(problem, BotoCoreError | ClientError):
        problem = problem.__cause__ or problem.__context__
    if isinstance(problem, ClientError):
        return _refused(problem)
    if isinstance(problem, ConnectTimeoutError | EndpointConnectionError):
        return ChannelError(ErrorKind.RETRY, f"{_LABEL} cannot be reached.")
    if problem is not None:
        return ChannelError(ErrorKind.UNCERTAIN, f"{_LABEL} did not answer: it may or may not have arrived.")
    return None


def _refused(problem: ClientError) -> ChannelError:
    told = problem.response.get("Error", {})
    code, said = str(told.get("Code", "")), str(told.get("Message", ""))[:200]
    status = int(problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _LOGIN:
        return ChannelError(ErrorKind.REAUTH, f"{_LABEL} refuses our credentials: {said}")
    if code in _BUSY or status >= 500:
        return ChannelError(ErrorKind.RETRY, f"{_LABEL} asks to wait: {said or code}")
    if "length exceeds" in said.lower() or "too large" in said.lower():
        return TooLargeForThem(ErrorKind.PERMANENT, f"The mail is too large for {_LABEL}.")
    return ChannelError(ErrorKind.PERMANENT, f"{_LABEL} refused it: {said or code}")


def _checked(url: str) -> str:
    parts = urlsplit(url)
    try:
        checked_addresses(parts.hostname or "", parts.port or 443)
    except (Forbidden, httpcore.ConnectError) as error:
        raise ChannelError(ErrorKind.PERMANENT, f"The address of {_LABEL} is not one that we may call.") from error
    return url
