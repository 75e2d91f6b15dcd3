#!/bin/sh
# tested.sh ENVIRONMENT CONSTRAINTS NAME: install epicycle there, and run the tests.
set -u
env=$1 constraints=$2 name=$3
pip="$env/bin/python -m pip --disable-pip-version-check --no-input"
extras=plot,parquet,dask,sklearn
left=""
if [ "${WITH_TORCH:-no}" = yes ]; then
    torch=$(grep '^torch==' "$constraints") || torch="torch>=2.5"
    $pip install --quiet "$torch" || exit 1
    extras=$extras,torch
else
    left=$(grep -rlE '(import|from) torch|epicycle\.(nn|optim|problems)' tests --include='test_*.py')
fi
others=$(grep -rlE '^ *(import|from) (nifty_ls|utide|sktime)' tests --include='test_*.py')
$pip install --quiet --constraint "$constraints" --editable ".[$extras]" \
    'pytest>=8.2' pytest-xdist hypothesis mpmath 'astropy>=6.1' || exit 1
ignored=""
for file in $left $others; do
    echo "$name: left out $file" >&2
    ignored="$ignored --ignore=$file"
done
# Old versions of dependencies warn of what newer ones have mended: only failures count here.
# shellcheck disable=SC2086
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 "$env/bin/python" -m pytest \
    -n "${WORKERS:-2}" -W default -o testpaths=tests $ignored ${PYTEST_ARGS:-}
status=$?
echo "$name: pytest ended with $status" >&2
exit $status
