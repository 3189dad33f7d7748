"""The hook of a commit's message: a subject of at most 72 characters, then nothing or an empty line.

python -m scripts.commit_message .git/COMMIT_EDITMSG
"""

from __future__ import annotations

import sys
from pathlib import Path

SUBJECT_CHARS = 72


def main(arguments: list[str]) -> int:
    """Check the message in a file; the exit code of the process."""
    text = Path(arguments[0]).read_text(encoding="utf-8")
    wrong = problem([line for line in text.splitlines() if not line.startswith("#")])
    if wrong:
        print(f"commit message: {wrong}", file=sys.stderr)
    return 1 if wrong else 0


def problem(lines: list[str]) -> str | None:
    """What is wrong with a message, or None."""
    subject = lines[0].strip() if lines else ""
    if not subject:
        return "the first line is the subject, and it is empty"
    if len(subject) > SUBJECT_CHARS:
        return f"the subject has {len(subject)} characters; at most {SUBJECT_CHARS}, the reason goes into the body"
    if len(lines) > 1 and lines[1].strip():
        return "an empty line belongs between subject and body"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
