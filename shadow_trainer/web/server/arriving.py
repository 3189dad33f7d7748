"""A request that is arriving: its bytes so far, and whether a thread can answer it without waiting for the client."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

# What a small form or JSON may take; a longer body is an upload, which is read while it comes.
WHOLE_BODY_BYTES = 1_000_000
HEAD_MAX_BYTES = 128_000
ARRIVE_S = 15.0
IDLE_S = 10.0
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
FILES = re.compile(rb"^content-type:[ \t]*multipart/", re.IGNORECASE | re.MULTILINE)
CONTINUE = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Arriving:
    """Collects the head of a request, and its body where that is small."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._deadline = clock, clock() + IDLE_S
        self._wanted: int | None = None
        self.data = bytearray()
        self.asks_to_continue = False

    def add(self, data: bytes) -> None:
        """More of it."""
        if not self.data:
            self._deadline = self._clock() + ARRIVE_S
        searched = max(0, len(self.data) - len(END_OF_HEAD))
        self.data += data
        if self._wanted is None and (end := self.data.find(END_OF_HEAD, searched)) >= 0:
            head = bytes(self.data[: end + 2])
            length = LENGTH.search(head)
            body = int(length[1]) if length else 0
            # An upload is judged by its head; only then is its body read.
            is_upload = body > WHOLE_BODY_BYTES or FILES.search(head) is not None
            self._wanted = end + len(END_OF_HEAD) + (0 if is_upload else body)
            self.asks_to_continue = self._wanted > len(self.data) and CONTINUE.search(head) is not None

    @property
    def is_whole(self) -> bool:
        """Whether everything is there that an answer needs, but for the body of an upload."""
        return self._wanted is not None and len(self.data) >= self._wanted

    @property
    def is_endless(self) -> bool:
        """Whether the head is longer than any that we send."""
        return self._wanted is None and len(self.data) > HEAD_MAX_BYTES

    def is_late(self) -> bool:
        """Whether it takes too long."""
        return self._clock() > self._deadline

    def hurry(self, seconds: float) -> None:
        """Wait for it no longer than this."""
        self._deadline = min(self._deadline, self._clock() + seconds)
