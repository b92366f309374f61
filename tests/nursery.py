"""The process from which servers and commands are forked is made ready as it imports this."""

from tests import warm

warm.up()
