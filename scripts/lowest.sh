#!/bin/sh
# Run the tests under the lowest versions that pyproject.toml claims: constraints-lowest.txt.
set -u
env=build/lowest
[ -d "$env" ] || "${PYTHON:-python3.11}" -m venv "$env" || exit 1
sh scripts/tested.sh "$env" constraints-lowest.txt "lowest versions"
