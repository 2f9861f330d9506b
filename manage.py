#!/usr/bin/env python
"""The command door of Helpdesk: `manage.py up`, `migrate`, `doctor` and every other command."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"Helpdesk cannot start: {problem}")
    except OperationalError as problem:
        sys.exit(
            f"The database does not answer: {str(problem).strip().splitlines()[0]}. "
            "Start it (`make run` starts the embedded one) or correct DATABASE_URL."
        )


if __name__ == "__main__":
    main()
