"""Put the tables made from the code into README.md: the law, the modules, the settings."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Write the tables between their marks."""
    from kumppanuus.cli import settings_table
    from tests.house.test_readme import law, modules

    path = ROOT / "README.md"
    text = path.read_text()
    for name, table in (("law", law()), ("modules", modules()), ("settings", settings_table())):
        before, rest = text.split(f"<!-- {name} -->\n")
        after = rest.split(f"<!-- /{name} -->")[1]
        text = f"{before}<!-- {name} -->\n{table}\n<!-- /{name} -->{after}"
    path.write_text(text)


if __name__ == "__main__":
    main()
