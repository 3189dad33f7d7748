#!/bin/sh
# Runs its arguments with the first Python 3.11-3.13 found: $PYTHON, then the usual names.
# POSIX sh, because this is what runs before there is any Python we can trust.
supported='import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))'
for candidate in "$PYTHON" python3 python3.12 python3.11 python3.13 python; do
    # A name may exist and still not run (a version manager's placeholder), so each one is tried.
    if [ -n "$candidate" ] && "$candidate" -c "$supported" >/dev/null 2>&1; then
        exec "$candidate" "$@"
    fi
    if [ -n "$PYTHON" ] && [ "$candidate" = "$PYTHON" ]; then
        echo "set-up: PYTHON=$PYTHON is not a Python 3.11, 3.12 or 3.13 that runs. Name another one, or leave PYTHON unset." >&2
        exit 1
    fi
done
answer=$(command -v python3 >/dev/null && python3 --version 2>&1 | head -n 1)
echo "set-up: Python 3.11, 3.12 or 3.13 is needed; python3 here says: ${answer:-not found}. Install one of them, or name it: PYTHON=/path/to/python3.12 make run" >&2
exit 1
