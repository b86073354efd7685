#!/bin/sh
# torch.sh LIBRARY SOURCE: test_torch.py with a Python that has PyTorch: $HEADWAY_PYTHON, the first python3 of the path,
# or the system's (Debian's python3-torch is for that one). Status 77, and a sentence, where there is none.
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd)
for python in ${HEADWAY_PYTHON:+"$HEADWAY_PYTHON"} python3 /usr/bin/python3; do
    if "$python" -c 'import numpy, torch' >/dev/null 2>&1; then
        # Threads of torch's own make these small products slower, not faster.
        OMP_NUM_THREADS=1 exec "$python" "$here/test_torch.py" "$1" "$2"
    fi
done
echo "skipped: no Python with PyTorch here (Debian: apt-get install python3-torch)"
exit 77
