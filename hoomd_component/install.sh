#!/usr/bin/env bash
# Install the component into the environment of the interpreter $1, if HOOMD-blue is there.
# Exit codes: 3 without HOOMD-blue, 4 if it cannot be built; the reason is one line of output.
set -uo pipefail
[[ $1 = /* ]] && python=$1 || python=$PWD/$1
cd "$(dirname "$0")" || exit 1
if ! "$python" -c 'import hoomd' 2>/dev/null; then
    echo "component: HOOMD-blue is not installed in this environment, so it is not built"
    exit 3
fi
# pip makes an environment of its own for the build, unless what it needs is here
isolation=()
"$python" -c 'import scikit_build_core, pybind11' 2>/dev/null && isolation=(--no-build-isolation)
if ! log=$("$python" -m pip --disable-pip-version-check install --force-reinstall --no-deps \
    "${isolation[@]}" . 2>&1); then
    reason=$(grep -A4 -m1 -E 'CMake Error|error:' <<<"$log" | tr -s '\n ' ' ' | cut -c1-300)
    echo "component: it could not be built ($reason)"
    exit 4
fi
cd / && "$python" -c 'import janus_md_hoomd as c; print("component:", c.__version__, "for HOOMD-blue", c.HOOMD_VERSION)'
