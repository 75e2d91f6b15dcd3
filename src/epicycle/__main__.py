"""``python -m epicycle`` is the command ``epicycle``."""

from epicycle.cli import main

if __name__ == "__main__":
    main()
