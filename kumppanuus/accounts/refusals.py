"""What is refused about people and how they get in."""

from __future__ import annotations

from kumppanuus.errors import Refused


class BadAddress(Refused):
    """The text is not a mail address."""


class SameAddress(Refused):
    """The address is the person's own already."""


class WrongCode(Refused):
    """The code is not right; `left` tries are left."""


class LinkSpent(Refused):
    """The link was never given, is too old, was used already, or a newer one was sent since. They all look the same."""


class Disabled(Refused):
    """The account is closed."""


class NoAccount(Refused):
    """The provider named an `address` that nobody has here: an account comes from an invitation."""


class AddressUnproven(Refused):
    """The provider does not say that an address of its domains is the person's own, so it leads to no account."""


class TiedToOther(Refused):
    """The account with the address is tied to another account of the same provider."""


class OnlyWayIn(Refused):
    """Without the provider the person could not sign in."""
