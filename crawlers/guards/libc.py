"""Calls to the kernel for which Python has no function."""

import ctypes
import os
import platform
import sys
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

PR_SET_NO_NEW_PRIVS = 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
"""The same on every machine."""


class Machine(NamedTuple):
    """One kind of processor: its name in the kernel's audit, and its numbers of system calls."""

    audit: int
    calls: MappingProxyType[str, int]


NAMES = (
    *("seccomp", "socket", "bind", "listen", "sendto", "sendmsg", "sendmmsg"),
    *("execve", "execveat", "io_uring_setup", "ptrace", "process_vm_writev", "pidfd_getfd"),
    *("bpf", "unshare", "setns", "mount", "init_module", "finit_module"),
)
X86_64 = (317, 41, 49, 50, 44, 46, 307, 59, 322, 425, 101, 311, 438, 321, 272, 308, 165, 175, 313)
AARCH64 = (277, 198, 200, 201, 206, 211, 269, 221, 281, 425, 117, 271, 438, 280, 97, 268, 40, 105, 273)
"""Numbers of `NAMES`, from arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux."""
MACHINES = {
    "x86_64": Machine(0xC000003E, MappingProxyType(dict(zip(NAMES, X86_64, strict=True)))),
    "aarch64": Machine(0xC00000B7, MappingProxyType(dict(zip(NAMES, AARCH64, strict=True)))),
}


def machine() -> Machine | None:
    """The machine this process runs on; None where its numbers are not known."""
    native = sys.platform == "linux" and sys.maxsize > 2**32 and sys.byteorder == "little"
    return MACHINES.get(platform.machine()) if native else None


def call(number: int, *arguments: int | bytes | None) -> int:
    """What the kernel answers; an `OSError` where it refuses."""
    words = [ctypes.c_long(one) if isinstance(one, int) else ctypes.c_char_p(one) for one in arguments]
    answer: int = _libc().syscall(ctypes.c_long(number), *words)
    return _checked(answer)


def renounce() -> None:
    """Never again gain a privilege by starting a program, which the kernel asks of whoever confines itself."""
    _checked(_libc().prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_long(1), *[ctypes.c_long(0)] * 3))


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


@cache
def _libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library
