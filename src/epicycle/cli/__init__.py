"""The command ``epicycle``."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; Ctrl-C ends it with one line from its very beginning."""
    try:
        # imported here, so that Ctrl-C is heard while the many modules come in
        from epicycle.cli import commands

        commands.main()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("epicycle: interrupted\n")
        sys.exit(130)


def __getattr__(name: str) -> Any:
    """Import the application when it is asked for."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from epicycle.cli.commands import app

    return app
