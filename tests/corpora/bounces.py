"""Bounces with their recipients: the collections of flufl.bounce and of Mail::DeliveryStatus::BounceParser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from tests.corpora.case import Case, Expectation, automatic_is, bounce_is, recipients_are
from tests.corpora.suites import assigned, perl_reports, perl_words

_PERL_FILE = re.compile(r"[\"']([\w.-]+\.msg)[\"']")
# What the Perl suite says in code and not in a table.
_NO_BOUNCES = frozenset(
    """aol-vacation polish-autoreply bluebottle boxbe-cr boxbe-cr2 whitelist autoreply warning-6 warning-8""".split()
)
_AUTOMATIC = frozenset("aol-vacation polish-autoreply bluebottle boxbe-cr boxbe-cr2 whitelist".split())
# The suite takes plain spam for a bounce without reports, and hopes to tell one automatic answer some day.
_UNDECIDED = frozenset("autoreply warning-8 warning-9 spam-with-image spam-bogus-email-in-report".split())
_ONE_RECIPIENT = "recipient@example.net"


def flufl(folder: Path) -> Iterator[Case]:
    """Each file with the addresses that its detectors must find, early warnings included."""
    (table,) = folder.glob("*/tests/test_detectors.py")
    detectors = cast(list[tuple[str, str, list[bytes], bool]], assigned(table, "DETECTORS"))
    found: dict[str, set[str]] = {}
    for _, name, addresses, _ in detectors:
        found.setdefault(name, set()).update(address.decode() for address in addresses)
    for path in sorted((table.parent / "data").glob("*.txt")):
        expected = found.get(path.name)
        expectations: tuple[Expectation, ...] = ()
        if expected is not None:
            expectations = (recipients_are(expected),)
            if expected:
                expectations += (bounce_is(wanted=True),)
        yield Case("flufl.bounce", path.name, path.read_bytes(), expectations)


def bounceparser(folder: Path) -> Iterator[Case]:
    (tests,) = folder.glob("*/t")
    wanted = _addresses(tests)
    for path in sorted((tests / "corpus").glob("*.msg")):
        expectations: list[Expectation] = []
        if path.stem not in _UNDECIDED:
            expectations.append(bounce_is(wanted=path.stem not in _NO_BOUNCES))
        if path.stem in _AUTOMATIC:
            expectations.append(automatic_is(wanted=True))
        if path.name in wanted:
            expectations.append(recipients_are(wanted[path.name]))
        yield Case("bounceparser", path.name, path.read_bytes(), tuple(expectations))


def _addresses(tests: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for script in sorted(tests.glob("*.t")):
        for name, pairs in perl_reports(script.read_text(encoding="utf-8", errors="replace")):
            if "addresses" in pairs:
                found[name] = perl_words(pairs["addresses"])
    unknown = (tests / "various-unknown.t").read_text(encoding="utf-8", errors="replace")
    found.update({name: [_ONE_RECIPIENT] for name in _PERL_FILE.findall(unknown)})
    found["no-such-domain.msg"] = [_ONE_RECIPIENT]
    found["postfix-host-unknown.msg"] = ["bounce@dest.example.com"]
    return found
