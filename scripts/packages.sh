#!/bin/sh
# Build sdist and wheel, install the wheel (built from the sdist) into an environment of its own, and
# try it. The dependencies are those of $VENV, lent by a path: installing them again would take minutes.
# What this does not try is whether pip finds them: `make lowest` and `make matrix` do.
set -eu
venv=${VENV:-.venv}
work=build/packages
rm -rf "$work"
mkdir -p "$work"
"$venv/bin/python" -m build --no-isolation --outdir "$work/dist" . >"$work/build.log" 2>&1 || {
    cat "$work/build.log" >&2
    exit 1
}
"$venv/bin/python" -m venv --without-pip "$work/clean"
clean=$work/clean/bin/python
site=$("$clean" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# (a plain path: the links of editable installations in it are not followed)
"$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$site/lent.pth"
"$venv/bin/python" -m pip --quiet --python "$clean" install --no-deps --no-index "$work"/dist/*.whl
cd "$work"
unset PYTHONPATH || true
here=$(clean/bin/python -c 'import epicycle; print(epicycle.__file__)')
case $here in
*/build/packages/clean/*) ;;
*)
    echo "the wheel is not what is imported: $here" >&2
    exit 1
    ;;
esac
clean/bin/epicycle --version >/dev/null
clean/bin/python -c '
import math
print("time,value")
for k in range(60):
    print(f"{k},{math.cos(2 * math.pi * k / 7.3) + 0.1 * math.sin(k * k)}")
' >table.csv
clean/bin/epicycle find table.csv -q | grep -q '^7\.[23]'
clean/bin/epicycle fit table.csv -q -o model.json >/dev/null
clean/bin/epicycle predict model.json --from 60 --to 62 --step 1 -q | grep -q 61
echo "built, installed and tried: $(ls dist | tr '\n' ' ')" >&2
