"""What is refused about members."""

from __future__ import annotations

from kumppanuus.errors import Conflict, Refused


class AlreadyMember(Refused):
    """The person is a member already; `name` tells who."""


class BadAddresses(Refused):
    """Some pieces of a pasted list are no addresses; `lines` are those."""


class NobodyInvited(Refused):
    """No address was given."""


class TooManyInvited(Refused):
    """More people than are invited at once; `most` tells how many are."""


class InvitedAlready(Refused):
    """Everybody on the list is a member or has been asked already; `count` tells how many were on it."""


class InvitationSpent(Refused):
    """The invitation was never given, has run out, was withdrawn or used, or a newer letter was sent."""


class OtherAddress(Refused):
    """The invitation is for another address than that of the one who wants to join by it."""


class NotYourOwnRight(Refused):
    """Nobody gives the right to approve to themselves."""


class SideNeeded(Refused):
    """This role, or the right to approve, needs a side; a reader or a coordinator may do without one."""


class WrongSide(Refused):
    """An official belongs to the authority, a representative to the organisations; a reader approves nothing."""


class ChangedMeanwhile(Conflict):
    """Somebody has changed the membership since the form was drawn."""


class LastCoordinator(Refused):
    """An agreement keeps at least one coordinator."""


class HoldsTogether(Refused):
    """Agreements would be left without a coordinator who can sign in; `titles` and `slugs` are theirs."""


class Ended(Refused):
    """The membership has ended."""
