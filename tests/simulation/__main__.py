"""`make simulate`: plays the day of a large desk on a database of its own, and prints what happened and what failed."""

from __future__ import annotations

# The environment must be told before Django reads the settings.
from tests import environment as environment  # isort: skip

import argparse
import sys

import django
from django.test.utils import get_runner


def main() -> int:
    options = _options()
    django.setup()
    from django.conf import settings

    from tests.simulation.play import play
    from tests.simulation.summary import lines

    runner = get_runner(settings)(verbosity=0, interactive=False)
    runner.setup_test_environment()
    made = runner.setup_databases()
    try:
        played = play(tickets=options.tickets, agents=options.agents, seed=options.seed)
        print("\n".join([*lines(played), *played.findings]))
    finally:
        runner.teardown_databases(made)
        runner.teardown_test_environment()
    return 1 if played.findings else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--tickets", type=int, default=5000)
    parser.add_argument("--agents", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1, help="another one is another day")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
