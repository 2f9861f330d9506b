"""Hands a letter to a provider's API, and says in our words what it thought of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from anymail.exceptions import (
    AnymailError,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
)
from anymail.message import AnymailMessage
from django.utils.module_loading import import_string

from channels_in.base import ChannelError, ErrorKind, Progress, Sent
from channels_in.email.compose import Letter
from channels_in.email.providers import amazon
from channels_in.email.providers.account import Account
from channels_in.email.providers.answers import refusal_of
from channels_in.email.providers.as_django import django_message
from channels_in.email.providers.catalog import Provider, account_of, provider_of
from channels_in.email.providers.web import GuardedAdapter
from core import breaker
from tickets.models import Inbox

_REFUSED = ("invalid", "rejected", "failed")


def hand_over(inbox: Inbox, letter: Letter, progress: Progress) -> Sent:
    """Raises ChannelError."""
    provider = provider_of(inbox)
    if provider is None:
        raise ChannelError(ErrorKind.PERMANENT, "The inbox's mail provider is not known here any more.")
    account = account_of(inbox)
    if missing := [name for name in provider.needs if not getattr(account, name)]:
        what = provider.hints.get(missing[0], "the API key")
        raise ChannelError(ErrorKind.REAUTH, f"{provider.label} needs {what}: enter it in the inbox's settings.")
    door = f"{provider.key}:{account.url}"
    if breaker.is_open(door):
        reason = f"{provider.label} has not answered for a while; we wait a minute."
        raise ChannelError(ErrorKind.RETRY, reason, after_seconds=breaker.PAUSE_SECONDS)
    mail = django_message(letter, provider)
    with _in_our_words(provider, door), opened(provider, account) as backend:
        backend.send_messages([mail])
    breaker.worked(door)
    return _sent(letter, mail, provider, account, progress)


@contextmanager
def opened(provider: Provider, account: Account) -> Iterator[Any]:
    """The provider's anymail backend with one account's settings, its requests led through our guarded client."""
    if provider.key == amazon.KEY:
        backend = amazon.backend(account)
    else:
        options = provider.settings_for(account, provider.options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about SendGrid, which anymail cannot try out itself
            backend = import_string(provider.backend)(ignore_unsupported_features=True, **options)
    backend.open()
    if isinstance(getattr(backend, "session", None), requests.Session):
        backend.session.trust_env = False
        for start in ("https://", "http://"):
            backend.session.mount(start, GuardedAdapter())
    try:
        yield backend
    finally:
        backend.close()


@contextmanager
def _in_our_words(provider: Provider, door: str) -> Iterator[None]:
    try:
        yield
    except AnymailRecipientsRefused as error:
        reason = f"{provider.label} refuses to send to any of them."
        raise ChannelError(ErrorKind.PERMANENT, reason) from error
    except AnymailRequestsAPIError as error:
        refusal = refusal_of(provider.label, error)
        if refusal.kind is ErrorKind.RETRY:
            breaker.failed(door)
        raise refusal from error
    except AnymailError as error:
        if provider.key == amazon.KEY and (known := amazon.refusal_of(error)):
            raise known from error
        reason = f"{provider.label} cannot send this mail: {error}"
        raise ChannelError(ErrorKind.PERMANENT, reason.splitlines()[0][:300]) from error
    except Exception as error:
        if provider.key == amazon.KEY and (known := amazon.refusal_of(error)):
            raise known from error
        raise


def _sent(letter: Letter, mail: AnymailMessage, provider: Provider, account: Account, progress: Progress) -> Sent:
    """Our Message-ID stays the message's; those that the provider gave it are remembered beside it."""
    status = mail.anymail_status
    given = status.message_id if isinstance(status.message_id, set | frozenset) else {status.message_id}
    aliases = [str(item).strip("<>") for item in given if item]
    if any(item.status in _REFUSED for item in status.recipients.values()):
        _tell_refused(letter, status.recipients, provider, progress)
    others = tuple(item for item in dict.fromkeys(aliases + amazon.aliases(provider, aliases, account.place)) if item)
    return Sent(external_id=letter.message_id, aliases=tuple(item for item in others if item != letter.message_id))


def _tell_refused(letter: Letter, recipients: Any, provider: Provider, progress: Progress) -> None:
    """Some got it, some never will: nobody is written to twice, and the agent hears for whom it failed."""
    refused = [address for address, item in recipients.items() if item.status in _REFUSED]
    for address in letter.recipients:
        if address not in refused:
            progress.note(address)
    kind = ErrorKind.UNREACHABLE if letter.recipients[0] in refused else ErrorKind.PERMANENT
    names = ", ".join(refused[:3])
    raise ChannelError(kind, f"{provider.label} refuses to send to {names}; the others got it."[:300])
