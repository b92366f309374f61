"""Reading a file that somebody sent: which reader it takes, and how much time and memory it may use."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kumppanuus.documents import docx_in, plain_in
from kumppanuus.documents.source import Source
from kumppanuus.documents.unreadable import Encrypted, NoContent, OldWord, TooLarge, TooSlow, WrongFormat

MOST = 10 * 2**20  # bytes of a file
SECONDS = 10  # of the processor's time
MEMORY = 512 * 2**20  # bytes beyond what the process has


_READERS = {
    ".docx": docx_in.read,
    ".dotx": docx_in.read,
    ".md": plain_in.read_markdown,
    ".markdown": plain_in.read_markdown,
    ".txt": plain_in.read_text,
}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def require_readable(name: str, content: bytes) -> None:
    """Refuse at a glance what cannot be read: `NoContent`, `TooLarge`, `WrongFormat`, `OldWord`, `Encrypted`."""
    suffix = _suffix(name)
    if not content:
        raise NoContent()
    if len(content) > MOST:
        raise TooLarge()
    if content.startswith(_OLE):
        raise Encrypted() if "EncryptedPackage".encode("utf-16-le") in content else OldWord()
    if suffix == ".doc":
        raise OldWord()
    if suffix not in _READERS or content.startswith(b"PK") != (_READERS[suffix] is docx_in.read):
        raise WrongFormat()


def read(name: str, content: bytes) -> Source:
    """Read a file by the suffix of its name. Refuses with a class of `unreadable`."""
    require_readable(name, content)
    return _READERS[_suffix(name)](content)


def _suffix(name: str) -> str:
    _stem, dot, suffix = name.rpartition(".")
    return f"{dot}{suffix}".lower()


@contextmanager
def limited() -> Iterator[None]:
    """Give what is done inside 10 s of the processor and 512 MB; refuses `TooSlow` beyond that.

    For a process of its own that reads one file: the limits are those of the whole process. Where the system knows no
    such limits (Windows), there are none.
    """
    if sys.platform == "win32":
        yield
        return
    import resource

    memory, most_memory = resource.getrlimit(resource.RLIMIT_DATA)
    before = signal.signal(signal.SIGPROF, _out_of_time)
    resource.setrlimit(resource.RLIMIT_DATA, (_in_use() + MEMORY, most_memory))
    # A timer counts from now. A limit of the process counts from its start, by another clock than the one that tells
    # how much was used, and on a busy virtual machine the two drift apart. It rings each second again, in case a
    # library swallows the first.
    signal.setitimer(signal.ITIMER_PROF, SECONDS, 1)
    try:
        yield
    except MemoryError:
        raise TooSlow() from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_DATA, (memory, most_memory))


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow()


def _in_use() -> int:
    """Bytes of data that this process holds; a generous guess where the system does not tell."""
    try:
        with open("/proc/self/status") as status:  # noqa: PTH123 - no file of ours
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData:"))
    except (OSError, StopIteration):
        return 512 * 2**20
