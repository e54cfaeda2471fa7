"""seccomp: the kernel refuses this process every system call by which something could leave beside a stream to the SOCKS port."""

import ctypes
import errno
import socket
import struct
from collections.abc import Sequence

from crawlers.guards import libc
from crawlers.guards.way import Way

SET_FILTER, ASK_ACTION = 1, 2
ALL_THREADS, LOGGED = 1, 2
"""The filter holds for threads that run already; the kernel's audit tells of what it refused."""
ALLOW, KILL, REFUSE = 0x7FFF_0000, 0x8000_0000, 0x0005_0000 | errno.EPERM
LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
"""Instructions of classic BPF on 32-bit words (include/uapi/linux/bpf_common.h)."""
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Offsets in what the filter sees of a call (struct seccomp_data)."""
X32 = 0x4000_0000
"""Numbers from here on are a second set of calls on x86_64."""
KIND = 0xF
"""The bits of a socket's type that are not flags."""
TCP = {0, socket.IPPROTO_TCP}
"""Landlock's rule for TCP does not see MPTCP, SCTP or SMC, which make streams too."""
MSG_FASTOPEN = 0x2000_0000
"""Connects in the act of sending, past the hook in the kernel on which Landlock sits."""
SENDING = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}
"""Which argument of each call has the flags."""
REFUSED = (
    *("bind", "listen", "execve", "execveat", "io_uring_setup", "ptrace", "process_vm_writev", "pidfd_getfd"),
    *("bpf", "unshare", "setns", "mount", "init_module", "finit_module"),
)
Code = list[bytes]


def offered() -> bool:
    """Whether this kernel filters system calls, on a machine whose calls are known."""
    machine = libc.machine()
    if machine is None:
        return False
    try:
        return libc.call(machine.calls["seccomp"], ASK_ACTION, 0, struct.pack("=I", REFUSE & 0x7FFF_0000)) == 0
    except OSError:
        return False


def restrict(way: Way) -> None:
    """Filter the calls of all threads from here on; an `OSError` where the kernel refuses."""
    machine = libc.machine()
    assert machine is not None, "asked only where it is offered"
    instructions = b"".join(program(machine, way))
    code = ctypes.create_string_buffer(instructions, len(instructions))
    head = struct.pack("@HP", len(instructions) // 8, ctypes.addressof(code))
    libc.call(machine.calls["seccomp"], SET_FILTER, ALL_THREADS | LOGGED, head)


def program(machine: libc.Machine, way: Way) -> Code:
    """The filter: refused calls return EPERM, calls of another architecture end the process."""
    families = {socket.AF_INET: TCP} if way.ports else {}
    if way.sockets:
        families[socket.AF_UNIX] = {0}
    calls = machine.calls
    return [
        *(_load(ARCHITECTURE), _do(EQUAL, machine.audit, 1, 0), _do(RETURN, KILL)),
        *(_load(NUMBER), _do(AT_LEAST, X32, 0, 1), _do(RETURN, REFUSE)),
        *(step for name in REFUSED for step in _when(calls[name], [_do(RETURN, REFUSE)])),
        *(step for name, flags in SENDING.items() for step in _when(calls[name], _fast_open(flags))),
        *_when(calls["socket"], _streams(families)),
        _do(RETURN, ALLOW),
    ]


def _streams(families: dict[socket.AddressFamily, set[int]]) -> Code:
    """Allow streams of these families and their protocols, refuse every other socket."""
    code: Code = []
    for family, protocols in families.items():
        kind = [_argument(1), _do(AND, KIND), _do(EQUAL, socket.SOCK_STREAM, 1, 0), _do(RETURN, REFUSE), _argument(2)]
        allowed = [step for number in sorted(protocols) for step in (_do(EQUAL, number, 0, 1), _do(RETURN, ALLOW))]
        then = [*kind, *allowed, _do(RETURN, REFUSE)]
        code += [_argument(0), _do(EQUAL, family, 0, len(then)), *then]
    return [*code, _do(RETURN, REFUSE)]


def _fast_open(flags: int) -> Code:
    return [_argument(flags), _do(ANY_BIT, MSG_FASTOPEN, 0, 1), _do(RETURN, REFUSE), _do(RETURN, ALLOW)]


def _when(number: int, then: Sequence[bytes]) -> Code:
    return [_do(EQUAL, number, 0, len(then)), *then]


def _load(offset: int) -> bytes:
    return _do(LOAD, offset)


def _argument(place: int) -> bytes:
    """The low half of an argument, which is all that the kernel itself takes of an int (both machines are little-endian)."""
    return _load(ARGUMENTS + 8 * place)


def _do(code: int, word: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; `yes` and `no` are how many of those that follow a test skips."""
    return struct.pack("=HBBI", code, yes, no, word)
