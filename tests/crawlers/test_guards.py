"""Each guard alone stops what it is there for, in a process of its own, whether Python or a library in C tries it."""

import ctypes
import errno
import mmap
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import pytest

import headstamp
from crawlers.guards import Watch, Way, confine, landlock, libc, missing, seccomp
from pipeline.errors import GuardError, TorUnavailableError
from pipeline.settings import Crawl, Settings
from tests.crawlers.conftest import FORKS, Bench, Limits, Tiny, links, listing
from tests.crawlers.kernel import LANDLOCK, lack
from tests.patience import PATIENCE_S

NAME = "market.example"
MPTCP, SCTP, NETLINK, FAST_OPEN = 262, 132, 16, 0x2000_0000
DONE = "done"
needs_landlock = pytest.mark.skipif(landlock.version() < 4, reason="this kernel's Landlock has no rules for TCP")
needs_seccomp = pytest.mark.skipif(not seccomp.offered(), reason="this kernel has no seccomp")


class Place(NamedTuple):
    """Where a test's process is confined to, and what lies beyond."""

    home: Path
    door: int
    beyond: int
    unix: bool = False

    @property
    def way(self) -> Way:
        door = f"unix:{self.home / 'socks'}" if self.unix else f"127.0.0.1:{self.door}"
        return Way(doors=(door,), writes=(self.home,))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    home = tmp_path / "home"
    home.mkdir()
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as door,
        closing(socket.create_server(("127.0.0.1", 0))) as other,
    ):
        yield Place(home, door.getsockname()[1], other.getsockname()[1])


Guard = Callable[[Way], object]
Attempt = Callable[[Place], object]


def hook(way: Way) -> None:
    Watch(way).begin()


def kernel(way: Way) -> None:
    """Landlock without seccomp."""
    libc.renounce()
    landlock.restrict(way, landlock.version())


def calls(way: Way) -> None:
    """Seccomp without Landlock."""
    libc.renounce()
    seccomp.restrict(way)


def _try(guard: Guard, attempt: Attempt, place: Place, said: Connection) -> None:
    guard(place.way)
    try:
        attempt(place)
        said.send(DONE)
    except OSError as error:
        said.send(errno.errorcode.get(error.errno or 0, repr(error)))
    except GuardError as error:
        said.send(str(error))
    os._exit(0)  # no exit handler of the test runner's


def tried(guard: Guard, attempt: Attempt, place: Place) -> str:
    """What became of an attempt in a process under a guard: `DONE`, an error's name, or what the hook says."""
    heard, said = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_try, args=(guard, attempt, place, said))
    process.start()
    said.close()
    try:
        told: str = heard.recv()
    except EOFError:
        told = "killed"
    process.join(PATIENCE_S)
    return told


def c_checked(answer: int) -> None:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "refused")


def c() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def loopback(port: int) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton("127.0.0.1"))


def c_connect(port: int, protocol: int = 0) -> None:
    stream = c().socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    c_checked(stream)
    c_checked(c().connect(stream, loopback(port), 16))


def to_the_door(place: Place) -> None:
    c_connect(place.door)


def beyond_the_door(place: Place) -> None:
    c_connect(place.beyond)


def by_multipath(place: Place) -> None:
    c_connect(place.beyond, MPTCP)


def by_fast_open(place: Place) -> None:
    stream = c().socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    c_checked(c().sendto(stream, b"x", 1, FAST_OPEN, loopback(place.beyond), 16))


def by_datagram(_: Place) -> None:
    c_checked(c().socket(socket.AF_INET, socket.SOCK_DGRAM, 0))


def by_datagram_6(_: Place) -> None:
    c_checked(c().socket(socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC, 0))


def by_stream_6(_: Place) -> None:
    c_checked(c().socket(socket.AF_INET6, socket.SOCK_STREAM, 0))


def by_sctp(_: Place) -> None:
    c_checked(c().socket(socket.AF_INET, socket.SOCK_STREAM, SCTP))


def by_packet(_: Place) -> None:
    c_checked(c().socket(socket.AF_PACKET, socket.SOCK_RAW, 0))


def by_raw(_: Place) -> None:
    c_checked(c().socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))


def by_netlink(_: Place) -> None:
    c_checked(c().socket(NETLINK, socket.SOCK_RAW, 0))


def by_unix_socket(_: Place) -> None:
    c_checked(c().socket(socket.AF_UNIX, socket.SOCK_STREAM, 0))


def by_internet_socket(_: Place) -> None:
    c_checked(c().socket(socket.AF_INET, socket.SOCK_STREAM, 0))


def by_io_uring(_: Place) -> None:
    libc.call(425, 1, bytes(120))


def by_second_set_of_calls(_: Place) -> None:
    libc.call(0x4000_0000 | 41, socket.AF_INET, socket.SOCK_DGRAM, 0)


def by_tracing(_: Place) -> None:
    c_checked(c().ptrace(16, os.getppid(), None, None))


def by_program(_: Place) -> None:
    os.posix_spawn("/bin/true", ["true"], {})


def by_shell(_: Place) -> None:
    if c().system(b"true"):
        raise OSError(errno.EPERM, "refused")


def by_listening(_: Place) -> None:
    stream = c().socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    c_checked(c().bind(stream, loopback(0), 16))


def by_32_bit_call(_: Place) -> None:
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # getpid, as a 32-bit program asks for it
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


def writing_elsewhere(place: Place) -> None:
    (place.home.parent / "beside").write_text("x")


def reading_elsewhere(place: Place) -> None:
    (place.home.parent / "secret").read_text()


def emptying_elsewhere(place: Place) -> None:
    os.truncate(place.home.parent / "secret", 0)


def working_at_home(place: Place) -> None:
    (place.home / "archive").mkdir()
    (place.home / "archive" / "one").write_text("x")
    (place.home / "archive" / "one").rename(place.home / "two")
    (place.home / "two").unlink()
    Path(os.devnull).write_text("x")
    assert Path("/etc/passwd").read_text()


def writing_behind_a_link(place: Place) -> None:
    (place.home / "linked" / "one").write_text("x")


def to_an_abstract_socket(place: Place) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(f"\0headstamp-{place.beyond}")


def signalling(_: Place) -> None:
    os.kill(os.getppid(), 0)


@needs_seccomp
@pytest.mark.parametrize(
    "attempt",
    [
        *(by_multipath, by_fast_open, by_datagram, by_datagram_6, by_stream_6, by_sctp, by_packet, by_raw, by_netlink),
        *(by_unix_socket, by_io_uring, by_tracing, by_program, by_shell, by_listening),
    ],
)
def test_the_filter_of_calls_refuses(attempt: Attempt, place: Place) -> None:
    assert tried(calls, attempt, place) == "EPERM"


@needs_seccomp
def test_the_filter_of_calls_lets_a_stream_to_the_door(place: Place) -> None:
    assert tried(calls, to_the_door, place) == DONE


@needs_seccomp
def test_where_the_door_is_a_unix_socket_there_is_no_internet_at_all(place: Place) -> None:
    behind = place._replace(unix=True)
    assert [tried(calls, attempt, behind) for attempt in (by_internet_socket, by_unix_socket)] == ["EPERM", DONE]


@needs_seccomp
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86_64 has other sets of calls")
def test_calls_of_another_kind_of_program_are_refused_or_end_the_process(place: Place) -> None:
    assert tried(calls, by_second_set_of_calls, place) == "EPERM"
    assert tried(calls, by_32_bit_call, place) == "killed"


@needs_landlock
def test_landlock_lets_nothing_connect_but_to_the_door(place: Place) -> None:
    attempts = (to_the_door, beyond_the_door, by_listening)
    assert [tried(kernel, attempt, place) for attempt in attempts] == [DONE, "EACCES", "EACCES"]


@needs_landlock
def test_landlock_leaves_files_of_the_home_and_of_the_system(place: Place) -> None:
    (place.home.parent / "secret").write_text("x")
    assert tried(kernel, working_at_home, place) == DONE
    for attempt in (writing_elsewhere, reading_elsewhere, emptying_elsewhere, by_program):
        assert tried(kernel, attempt, place) == "EACCES", attempt.__name__


@needs_landlock
def test_a_home_whose_folder_is_a_link_to_another_disk_is_written_to(place: Place) -> None:
    disk = place.home.parent / "disk"
    disk.mkdir()
    (place.home / "linked").symlink_to(disk)
    assert tried(kernel, writing_behind_a_link, place) == DONE


@needs_landlock
def test_landlock_keeps_from_abstract_sockets_and_signals(place: Place) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(f"\0headstamp-{place.beyond}")
        door.listen()
        told = [tried(kernel, attempt, place._replace(unix=True)) for attempt in (to_an_abstract_socket, signalling)]
    assert told == ["EPERM" if landlock.version() >= landlock.SCOPES_SINCE else DONE] * 2


def connecting_beyond(place: Place) -> None:
    socket.create_connection(("127.0.0.1", place.beyond))


def connecting_to_an_address(_: Place) -> None:
    socket.create_connection(("203.0.113.9", 80))


def connecting_to_a_path(_: Place) -> None:
    socket.socket(socket.AF_UNIX).connect("/run/nscd/socket")


def resolving(_: Place) -> None:
    socket.getaddrinfo(NAME, 80)


def resolving_long_since(_: Place) -> None:
    socket.gethostbyname(NAME)


def resolving_backwards(_: Place) -> None:
    socket.gethostbyaddr("203.0.113.9")


def making_a_datagram(_: Place) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def sending_a_datagram(_: Place) -> None:
    socket.socket(socket.AF_UNIX).sendto(b"x", "/run/systemd/notify")


def binding(_: Place) -> None:
    socket.socket().bind(("127.0.0.1", 0))


def starting(_: Place) -> None:
    subprocess.run(["/bin/true"], check=True)


def running_a_shell(_: Place) -> None:
    os.system("true")


def becoming(_: Place) -> None:
    os.execv("/bin/true", ["true"])


@pytest.mark.parametrize(
    ("attempt", "told"),
    [
        (connecting_beyond, "to reach 127.0.0.1:"),
        (connecting_to_an_address, "to resolve 203.0.113.9"),
        (connecting_to_a_path, "to reach /run/nscd/socket"),
        (resolving, f"to resolve {NAME}"),
        (resolving_long_since, f"to resolve {NAME}"),
        (resolving_backwards, "to use 203.0.113.9"),
        (making_a_datagram, "to make a socket of family 2, type 2"),
        (sending_a_datagram, "to reach /run/systemd/notify"),
        (binding, "to use 127.0.0.1:0"),
        (starting, "to start /bin/true"),
        (by_program, "to start /bin/true"),
        (running_a_shell, "to start true"),
        (becoming, "to start /bin/true"),
    ],
)
def test_the_hook_refuses_what_python_tries_and_says_what(attempt: Attempt, told: str, place: Place) -> None:
    assert f"a crawl tried {told}" in tried(hook, attempt, place)


def working(place: Place) -> None:
    socket.create_connection(("127.0.0.1", place.door)).close()
    first, second = socket.socketpair()
    first.sendmsg([b"x"])
    assert second.recv(1) == b"x"


def test_the_hook_lets_python_connect_to_the_door(place: Place) -> None:
    assert tried(hook, working, place) == DONE


def all_of_them(way: Way) -> None:
    confine(way, required=not missing())


def test_all_guards_together_leave_the_door_open(place: Place) -> None:
    assert tried(all_of_them, working, place) == DONE


def beside_a_thread(way: Way) -> None:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    with suppress(GuardError):
        confine(way, required=True)
        raise AssertionError
    calls(way)


@needs_seccomp
def test_a_thread_that_runs_already_is_a_missing_guard(place: Place) -> None:
    assert tried(beside_a_thread, by_datagram, place) == "EPERM"


def market(bench: Bench) -> None:
    bench.tiny.pages = {"/": links("/listing/k0"), "/listing/k0": listing("Lot")}


def test_a_kernel_without_landlock_is_warned_of_and_the_crawl_goes_on(bench: Bench) -> None:
    market(bench)
    bench.limits = Limits(lacking=LANDLOCK)
    done = bench.crawl()
    assert (done.status, done.summary["listings"]) == (0, 1)
    assert done.errors.startswith("headstamp: guard missing: Landlock: files outside the home can be read and written")
    assert "libraries in C can connect to any TCP port of any host (Linux 6.7)" in done.errors
    assert done.errors.count("\n") == 1


def test_where_guards_are_required_nothing_is_asked_for_without_them(bench: Bench) -> None:
    market(bench)
    bench.limits = Limits(lacking=LANDLOCK)
    done = bench.crawl(HEADSTAMP_CRAWL_REQUIRE_GUARDS="true")
    assert done.status == 1
    assert done.errors.startswith("headstamp: crawl.require_guards is set, and Landlock")
    assert bench.tiny.talks == []


def test_where_guards_are_required_and_there_the_crawl_runs(bench: Bench) -> None:
    market(bench)
    done = bench.crawl(HEADSTAMP_CRAWL_REQUIRE_GUARDS=str(not missing()).lower())
    assert (done.status, done.errors, done.summary["listings"]) == (0, "", 1)


def checked(home: Path, said: Connection) -> None:
    lack(LANDLOCK)
    deployment = headstamp.deployment(Settings(home=str(home)))
    try:
        said.send(deployment.checks["guards"](deployment))
    except GuardError as error:
        said.send(str(error))


def test_check_says_which_guards_this_kernel_has(tmp_path: Path) -> None:
    heard, said = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=checked, args=(tmp_path, said))
    process.start()
    assert heard.recv().startswith("crawls run with less (audit hook, seccomp); Landlock: files outside the home")
    process.join(PATIENCE_S)


def test_check_asks_a_socks_port_that_is_a_socket_file(tmp_path: Path) -> None:
    file = tmp_path / "socks"
    settings = Settings(home=str(tmp_path), crawl=Crawl(socks=f"unix:{file}"))
    deployment = headstamp.deployment(settings)
    with pytest.raises(TorUnavailableError):
        deployment.checks["tor"](deployment)
    with Tiny(str(file)) as tiny:
        tiny.listen()
        assert deployment.checks["tor"](deployment) == f"SOCKS port unix:{file} answers"
        tiny.shutdown()


def test_the_numbers_of_calls_are_known_for_both_machines() -> None:
    for machine in libc.MACHINES.values():
        assert len(set(machine.calls.values())) == len(libc.NAMES)
        steps = seccomp.program(machine, Way(doors=("127.0.0.1:9050", "unix:/x"), writes=()))
        assert all(len(step) == 8 for step in steps)
