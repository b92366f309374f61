"""`make bench`: what things cost, as ratios to a floor that is measured in the same run.

Each part is a module of its own. A part alone: `make bench` takes none, `python3 tools/dev.py bench texts` does.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests import bench_files, bench_mail, bench_pdf, bench_requests, bench_summary, bench_texts, bench_word

PARTS = {
    "texts": bench_texts.measure,
    "word": bench_word.measure,
    "pdf": bench_pdf.measure,
    "files": bench_files.measure,
    "mail": bench_mail.measure,
    "summary": bench_summary.measure,
    "requests": bench_requests.measure,
}


def main(parts: Sequence[str]) -> int:
    """Measure the parts that are named, or all. Exit status 1 if a figure is over its limit."""
    within = [measure() for name, measure in PARTS.items() if name in parts or not parts]
    print("\nAll figures are within their limits." if all(within) else "\nSome figures are over their limits.")
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
