"""An older kernel for one process."""

import ctypes
import struct
from collections.abc import Sequence

from crawlers.guards import libc, seccomp

LANDLOCK = (libc.LANDLOCK_CREATE,)


def lack(calls: Sequence[int]) -> None:
    """From here on these system calls fail, as they do where a kernel or a container knows none of them."""
    machine = libc.machine()
    assert machine is not None
    refuse = [step for number in calls for step in seccomp._when(number, [seccomp._do(seccomp.RETURN, seccomp.REFUSE)])]
    steps = [seccomp._load(seccomp.NUMBER), *refuse, seccomp._do(seccomp.RETURN, seccomp.ALLOW)]
    code = ctypes.create_string_buffer(b"".join(steps))
    libc.renounce()
    libc.call(machine.calls["seccomp"], seccomp.SET_FILTER, 0, struct.pack("@HP", len(steps), ctypes.addressof(code)))
