"""Where a Chromium is on this machine; standard library only, because tools/dev.py asks too."""

import os
import shutil
import sys
from pathlib import Path

# A container's root may not use the sandbox, and its /dev/shm is too small for a page.
LAUNCH_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]


# Chromium without a window of its own. The whole one draws tabs and buttons that nobody sees, with every page and for
# every new browser: half as much again as the pages cost, and three times what a new browser does.
SHELL = "chromium-headless-shell"
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FETCHED = (
    "chromium_headless_shell-*/chrome-*/*headless?shell",
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)


def find() -> str | None:
    """The path of a Chromium: one named by CHROMIUM, else a shell before a whole one, on PATH or fetched by
    `playwright install`; else None."""
    # The number in the folder's name grows with the version.
    fetched = [str(path) for each in FETCHED for path in sorted(playwright_folder().glob(each), reverse=True)]
    shells = [path for path in fetched if is_shell(path)]
    for name in filter(None, (os.environ.get("CHROMIUM"), SHELL, *shells, *COMMANDS, *fetched)):
        if found := shutil.which(name):
            return found
    return None


def is_shell(path: str) -> bool:
    """Whether a Chromium is one without a window."""
    return "headless" in Path(path).name


def playwright_folder() -> Path:
    if chosen := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(chosen)
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "ms-playwright"
