#!/bin/sh
# Run the tests under each python that is installed; say which are missing.
# WITH_TORCH=yes installs torch as well; otherwise tests that import it are left out, and named.
set -u
failed=0
for version in 3.11 3.12 3.13; do
    python=$(command -v "python$version") || { echo "python$version: missing" >&2; continue; }
    "$python" -c "" 2>/dev/null || { echo "python$version: does not start" >&2; continue; }
    env=build/matrix-$version
    [ -d "$env" ] || "$python" -m venv "$env" || { failed=1; continue; }
    sh scripts/tested.sh "$env" constraints-dev.txt "python$version" || failed=1
done
exit $failed
