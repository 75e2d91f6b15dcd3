"""The command ``epicycle``."""

from epicycle.cli.commands import app, main

__all__ = ["app", "main"]
