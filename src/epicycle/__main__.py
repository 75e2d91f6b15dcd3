"""``python -m epicycle`` is the command ``epicycle``."""

if __name__ == "__main__":  # a process of many that a command starts needs no command
    from epicycle.cli import main

    main()
