"""A process that may not look for another machine: the kernel ends it at its first socket of the Internet.

Whatever asks for a host's address or connects to one needs such a socket, in Python or in a native library, on any
thread. Sockets of this machine's files (Redis, the supervisor) stay allowed, and so do those that are open already.
`python -m tests.no_internet COMMAND ...` runs a command that way.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shadow_trainer.settings import Settings

# The kernel's numbers: architecture, and socket() there.
ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
# What looks up a name asks the kernel for this machine's networks first (netlink).
REFUSED = (socket.AF_INET, socket.AF_INET6, 16)
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
KILL_PROCESS, ALLOW = 0x80000000, 0x7FFF0000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def possible() -> bool:
    """Whether this machine's kernel can be told so."""
    return sys.platform == "linux" and platform.machine() in ARCHITECTURES


def refuse() -> None:
    """From here on this process and its children end with SIGSYS at a socket of the Internet."""
    architecture, call = ARCHITECTURES[platform.machine()]
    last = 4 + len(REFUSED) + 1
    code = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_IF_EQUAL, 0, last - 2, architecture),
        (LOAD, 0, 0, NUMBER),
        (JUMP_IF_EQUAL, 0, last - 4, call),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        *((JUMP_IF_EQUAL, len(REFUSED) - place, 0, family) for place, family in enumerate(REFUSED)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, KILL_PROCESS),
    ]
    instructions = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    program = _Program(len(code), ctypes.addressof(instructions))
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or kernel.prctl(
        SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")


def refuse_when_alone(settings: Settings) -> None:
    """Refuse it to a process whose settings name no other machine: Redis, database and storage are here."""
    named = (settings.redis_url, settings.database_url, settings.storage_url)
    if possible() and not any((*named, settings.alert_webhook_url, settings.smtp_url)):
        refuse()


if __name__ == "__main__":
    refuse()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
