"""What an inbox knows of its account at a provider."""

from __future__ import annotations

from dataclasses import dataclass, field

from tickets.models import Inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`place` is a sending domain, a region or a project, `proof` what its webhooks are checked with."""

    key: str = field(repr=False)
    second_key: str = field(repr=False)
    proof: str = field(repr=False)
    place: str
    url: str
    hook_url: str

    @classmethod
    def of(cls, inbox: Inbox, *, site_url: str) -> Account:
        def secret(name: str) -> str:
            return str(inbox.secrets.get(f"provider_{name}") or "").strip()

        return cls(
            key=secret("key"),
            second_key=secret("second_key"),
            proof=secret("proof"),
            place=str(inbox.config.get("provider_place") or "").strip(),
            url=str(inbox.config.get("provider_url") or "").strip(),
            hook_url=f"{site_url}/hooks/{inbox.token}/",
        )

    @property
    def proofs(self) -> list[str]:
        """One a line: some providers sign each kind of webhook with a key of its own."""
        return [line.strip() for line in self.proof.splitlines() if line.strip()]
