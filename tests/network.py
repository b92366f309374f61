"""Sockets that reach this machine only."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def off() -> Iterator[None]:
    """While inside, this process can reach this machine only; anything else raises `NetworkIsOff`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _local_only(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _local_names_only(socket.getaddrinfo))
        yield


class NetworkIsOff(RuntimeError):
    """A test reached for another machine."""


def _local_only(original: Any) -> Any:
    def reach(self: socket.socket, *arguments: Any) -> Any:
        # The address comes last, in sendto after the bytes and perhaps flags.
        if self.family != getattr(socket, "AF_UNIX", None) and not _is_local(arguments[-1][0]):
            raise NetworkIsOff(arguments[-1])
        return original(self, *arguments)

    return reach


def _local_names_only(original: Any) -> Any:
    def look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        if not _is_local(host):
            raise NetworkIsOff(host)
        return original(host, *arguments, **named)

    return look_up


def _is_local(host: Any) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
