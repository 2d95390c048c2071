#!/usr/bin/env bash
# Compile the kernels for the GPUs that nvcc supports, and run them where there is a GPU.
set -euo pipefail
cd "$(dirname "$0")"
nvcc=${NVCC:-nvcc}
if ! command -v "$nvcc" >/dev/null; then
    echo "kernels: nvcc is not installed, not compiled"
    exit 0
fi
supported=$("$nvcc" --list-gpu-arch) targets=() names=() dropped=()
for number in 70 75 80 90; do
    if grep -qx "compute_$number" <<<"$supported"; then
        targets+=(-gencode "arch=compute_$number,code=sm_$number")
        names+=("sm_$number")
    else
        dropped+=("sm_$number")
    fi
done
mkdir -p ../build
"$nvcc" -std=c++17 -O3 -Werror all-warnings -I../src "${targets[@]}" -o ../build/harness harness.cu
echo "kernels: compiled for ${names[*]}${dropped:+ (not supported by this nvcc: ${dropped[*]})}"
../build/harness || [ $? -eq 2 ] # 2: there is no GPU
