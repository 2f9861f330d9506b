"""Builds static/icons/sprite.svg from the names in static/icons/icons.txt and an unpacked `lucide-static` package.

npm pack lucide-static && tar xzf lucide-static-*.tgz && python tools/build_icons.py package/
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ICONS = Path(__file__).resolve().parents[1] / "static" / "icons"
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def symbol(name: str, svg: str) -> str:
    """One icon as a symbol; stroke and colour come from the page."""
    found = _BODY.search(svg)
    if found is None:
        raise SystemExit(f"{name}.svg holds no <svg>")
    body = re.sub(r"\s*\n\s*", "", found.group(1)).replace(" />", "/>")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'


def build(package: Path) -> str:
    lines = (ICONS / "icons.txt").read_text(encoding="utf-8").split()
    # "telegram=send" draws Lucide's "send" under our own name.
    pairs = [(line.partition("=")[0], line.partition("=")[2] or line) for line in lines]
    symbols = [symbol(own, (package / "icons" / f"{drawn}.svg").read_text(encoding="utf-8")) for own, drawn in pairs]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    (ICONS / "sprite.svg").write_text(build(Path(sys.argv[1])), encoding="utf-8")
