"""Who works at the command line, for the logboek."""

from __future__ import annotations

import getpass

from app.domain.logboek import OPDRACHTREGEL, Wie, at_command_line


def command_line_user() -> Wie:
    """Who gives this command, by the name of the account on this machine."""
    try:
        return at_command_line(getpass.getuser())
    except (KeyError, OSError):  # an account without a name, as in a container
        return OPDRACHTREGEL
