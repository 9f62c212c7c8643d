"""What commands share: the type of argparse's list of them (private there), and what a port is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # pyright: ignore[reportPrivateUsage]
else:
    Subcommands = object

LAST_PORT = 65_535


def port(text: str) -> int:
    """A port to listen on; 0 is any that is free."""
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"een poort is een getal van 0 tot en met {LAST_PORT}")
    return int(text)
