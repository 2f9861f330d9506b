"""Every static check, one after the other: `make check`."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "ruff": [f"{BIN}/ruff", "check", "."],
    "format": [f"{BIN}/ruff", "format", "--check", "."],
    "layers": [f"{BIN}/lint-imports"],
    "templates": [f"{BIN}/djlint", "templates", "--lint", "--quiet"],
    "types": [f"{BIN}/mypy", "."],
    "house rules": [sys.executable, "-m", "pytest", "-q", "tests/architecture"],
}


def main() -> int:
    failed = []
    for name, command in CHECKS.items():
        began = time.monotonic()
        outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        verdict = "failed" if outcome.returncode else "ok"
        print(f"{name:12} {verdict} ({time.monotonic() - began:.1f} s)", flush=True)
        if outcome.returncode:
            failed.append(name)
            print(outcome.stdout[-20_000:] + outcome.stderr[-5_000:], flush=True)
    print(f"make check: {'failed: ' + ', '.join(failed) if failed else 'all checks passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
