"""`make corpora`: fetches the collections, reads every mail and prints how many expectations hold, by check."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from channels_in.email.parse import ParsedMail, as_json, parse
from tests.corpora import bodies, bounces, replies
from tests.corpora.case import CHECKS, Case
from tests.corpora.sources import fetch

ROOT = Path(__file__).resolve().parents[2]
Results = dict[tuple[str, str], list[bool]]
_BROKEN = {"unreadable_body", "unclassified", "reply_not_found"}

READERS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "flufl.bounce": bounces.flufl,
    "libmail-deliverystatus-bounceparser-perl": bounces.bounceparser,
    "talon": replies.talon,
    "django-mailbox": bodies.django_mailbox,
    "tnefparse": bodies.tnef,
    "mailman": lambda folder: bodies.sound_mails("mailman", folder, "**/tests/data/*.eml", "**/*.mbox"),
    "dkimpy": lambda folder: bodies.sound_mails("dkimpy", folder, "**/tests/data/*.m*", "**/tests/data/*.msg"),
    "cpython": lambda folder: bodies.sound_mails("cpython", folder, "**/data/msg_*.txt"),
    "notmuch": lambda folder: bodies.sound_mails(
        "notmuch", folder, "*/test/corpora/**/*:2,*", "*/test/corpora/**/*.eml", "*/test/smime/*.eml"
    ),
    "request-tracker5": lambda folder: bodies.sound_mails(
        "request-tracker5",
        folder,
        "*/t/data/emails/*",
        "*/t/data/emails/*/*",
        "*/t/data/*/mails/*",
        "*/t/data/*/emails/*",
    ),
}


def main() -> int:
    options = _options()
    folders = fetch(options.place)
    held: Results = defaultdict(list)
    slowest = (0.0, "")
    began = time.process_time()
    count = 0
    for name, folder in folders.items():
        for case in READERS[name](folder):
            count += 1
            used = time.process_time()
            for check, holds in _judge(case, options.show).items():
                held[case.corpus, check].extend(holds)
            slowest = max(slowest, (time.process_time() - used, f"{case.corpus}/{case.name}"))
    _print_table(held)
    print(f"{count} mails in {time.process_time() - began:.1f} s; the slowest, {slowest[1]}, took {slowest[0]:.2f} s")
    return 0 if all(all(holds) for (_, check), holds in held.items() if check == "crash") else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make corpora", description=__doc__)
    var = Path(os.environ.get("VAR_DIR", ROOT / "var"))
    parser.add_argument("--place", type=Path, default=var / "corpora", help="where the collections are kept")
    parser.add_argument("--show", default="", help="print what failed of this check, or of `all`")
    return parser.parse_args()


def _judge(case: Case, shown: str) -> dict[str, list[bool]]:
    mail = _read(case)
    results: dict[str, list[bool]] = defaultdict(list)
    results["crash"].append(mail is not None)
    for expectation in case.expectations:
        holds = mail is not None and expectation.holds(mail)
        results[expectation.check].append(holds)
        if not holds and shown in ("all", expectation.check) and mail is not None:
            print(f"--- {case.corpus}/{case.name}: {expectation.check}")
            print(f"    wanted {expectation.wanted!r}\n    found  {expectation.found(mail)!r}")
    return results


def _read(case: Case) -> ParsedMail | None:
    """None is a crash; a step that had to be given up counts as one."""
    try:
        mail = parse(case.raw)
        json.dumps(as_json(mail)).encode()
    except Exception as error:
        print(f"--- {case.corpus}/{case.name}: crash {error!r}")
        return None
    return None if _BROKEN & set(mail.problems) else mail


def _print_table(held: Results) -> None:
    corpora = sorted({corpus for corpus, _ in held})
    print(f"{'':18}" + "".join(f"{check:>15}" for check in CHECKS))
    for corpus in [*corpora, "all"]:
        cells = []
        for check in CHECKS:
            holds = [
                item for (name, of), items in held.items() if of == check and corpus in (name, "all") for item in items
            ]
            cells.append(f"{sum(holds)}/{len(holds)}" if holds else "")
        print(f"{corpus:18}" + "".join(f"{cell:>15}" for cell in cells))
    columns = [_results(held, check, "all") for check in CHECKS]
    shares = [f"{sum(holds) / len(holds):.1%}" if holds else "" for holds in columns]
    print(f"{'':18}" + "".join(f"{share:>15}" for share in shares))


def _results(held: Results, check: str, corpus: str) -> list[bool]:
    return [item for (name, of), items in held.items() if of == check and corpus in (name, "all") for item in items]


if __name__ == "__main__":
    sys.exit(main())
