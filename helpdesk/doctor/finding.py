"""One thing the doctor saw: good, doubtful or broken, and what to do about it."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    GOOD = "ok"
    DOUBTFUL = "look"
    BROKEN = "WRONG"


@dataclass(frozen=True)
class Finding:
    verdict: Verdict
    text: str
    remedy: str = ""


def good(text: str) -> Finding:
    return Finding(Verdict.GOOD, text)


def doubtful(text: str, remedy: str) -> Finding:
    return Finding(Verdict.DOUBTFUL, text, remedy)


def broken(text: str, remedy: str) -> Finding:
    return Finding(Verdict.BROKEN, text, remedy)
