"""``python -m epicycle`` is the command ``epicycle``."""

from __future__ import annotations

if __name__ == "__main__":  # a process of many that a command starts needs no command
    from epicycle.cli import main

    main()
