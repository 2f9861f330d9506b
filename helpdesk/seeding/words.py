"""Text that looks like a helpdesk's to a search index: common words, rare words, order numbers."""

from __future__ import annotations

import random

_COMMON = """order refund invoice delivery account password login address payment parcel return warranty machine
grinder filter subscription discount coupon error screen button update app cable charger battery screenshot printer
license contract support replacement shipping tracking carrier warehouse credit card bank transfer receipt email phone
website checkout basket product size colour box label manual spare part repair technician appointment window noise
leak water coffee beans office team manager colleague customer company project deadline budget quote meeting
report""".split()
_VERBS = """arrived stopped failed started returned changed disappeared worked broke asked waited called wrote checked
cancelled paid ordered received noticed tried installed restarted cleaned opened sent confirmed replaced""".split()
_RARE = """kerfuffle zirconium marzipan obelisk quasar flugelhorn palimpsest rhododendron sarsaparilla tamarind
ultramarine velociraptor xylophone zeppelin bergamot chrysalis dirigible ephemeris""".split()
_PATTERNS = (
    "The {a} of my {b} {v} yesterday.",
    "I {v} the {a} again, but the {b} is still the same.",
    "Could you look at the {a} and the {b}, please?",
    "Our {a} {v} after the last {b}, and nobody knows why.",
    "Thank you, the {a} {v} and the {b} is fine now.",
    "I have {v} the {b} twice; the {a} shows an error.",
    "Please send me the {a} for the {b} of last month.",
    "We need a {a} for {b} number {o}.",
    "My {b} is {o}, and the {a} {v} on Monday.",
)
_SUBJECTS = (
    "Question about {a} and {b}",
    "{a} {v}",
    "Problem with the {a} of order {o}",
    "Where is my {a}?",
    "{b}: {a} missing",
    "Change of {a}",
)
POOL = 4000


class Words:
    """A pool of ready sentences, so that a message costs a few choices only."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.sentences = [self._fill(dice.choice(_PATTERNS)) for _ in range(POOL)]
        self.subjects = [self._fill(dice.choice(_SUBJECTS)).capitalize() for _ in range(POOL // 2)]

    def roll_with(self, dice: random.Random) -> None:
        """Choose by these dice from now on."""
        self._dice = dice

    def message(self) -> str:
        """About 300 characters; one in 500 holds a word that hardly any other does."""
        dice = self._dice
        text = " ".join(dice.choices(self.sentences, k=dice.choice((3, 5, 6, 6, 7, 8))))
        return f"{text} {dice.choice(_RARE)} ORD-{dice.randrange(10**7):07}" if dice.random() < 0.002 else text

    def subject(self) -> str:
        return self._dice.choice(self.subjects)

    def _fill(self, pattern: str) -> str:
        dice = self._dice
        return pattern.format(
            a=self._common(), b=self._common(), v=dice.choice(_VERBS), o=f"ORD-{dice.randrange(10**7):07}"
        )

    def _common(self) -> str:
        """Words are as unevenly common as in real life."""
        return _COMMON[min(int(self._dice.expovariate(0.06)), len(_COMMON) - 1)]
