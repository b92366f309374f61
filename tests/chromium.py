"""Where a Chromium is on this machine; standard library only, because tools/dev.py asks too."""

import os
import shutil
import sys
from pathlib import Path

# A container's root may not use the sandbox, and its /dev/shm is too small for a page.
LAUNCH_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]


def find() -> str | None:
    """The path of a Chromium: one named by CHROMIUM, on PATH, or fetched by `playwright install`; else None."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    for name in filter(None, names):
        if found := shutil.which(name):
            return found
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
        # The number in the folder's name grows with the version.
        for path in sorted(playwright_folder().glob(pattern), reverse=True):
            if os.access(path, os.X_OK):
                return str(path)
    return None


def playwright_folder() -> Path:
    if chosen := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(chosen)
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "ms-playwright"
