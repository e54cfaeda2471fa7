"""Files of the archive: locked, whole or as before, on disk when it is said so."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import StorageError

LOCK = ".lock"
PRIVATE = 0o600


@contextmanager
def storage(path: Path) -> Iterator[None]:
    """What the system says of a file becomes an error that names it."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror}; free space or make it writable, then start again: nothing that was done is lost"
        ) from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What the system says of a file that is only read becomes an error that names it, and what to do."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror or error}); {_remedy(error)}") from error


def _remedy(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return "name a file that is there, or put back a copy"
        case errno.EISDIR:
            return "name a file, or put back the file that was there"
        case errno.EACCES | errno.EPERM:
            return "work as the user whom the file belongs to, or have it made readable"
    return "check the disk, or work on a copy"


@contextmanager
def locked(archive: Path) -> Iterator[None]:
    """The archive to oneself while the block runs; others wait. A copy that cannot be written is nobody else's either."""
    try:
        archive.mkdir(parents=True, exist_ok=True)
        handle = os.open(archive / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    except OSError:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def unchanged(archive: Path) -> Iterator[None]:
    """What a crawl is adding is wholly there or not at all while the block runs; a copy or read-only disk stays as it is."""
    try:
        handle = os.open(archive / LOCK, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # nobody adds to it, or nobody who lets this user look
        yield
        return
    try:
        with suppress(OSError):  # a network's disk may want a file that can be written
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


class Log:
    """A file that only grows, at whose end something is put whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with storage(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = not path.exists()
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE)
            self._closed = False
            self._synced = -1
            if fresh:
                sync_folder(path.parent)

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return os.fstat(self._handle).st_size

    def append(self, content: bytes) -> int:
        """Where the content begins; a `StorageError`, and the file as before, where it did not fit."""
        offset = self.size
        with storage(self.path):
            try:
                _write(self._handle, content)
            except OSError:
                os.ftruncate(self._handle, offset)
                raise
        return offset

    def cut(self, size: int) -> None:
        """Take the end off."""
        with storage(self.path):
            os.ftruncate(self._handle, size)
            self._synced = -1

    def sync(self) -> None:
        """Return when all of it is on disk; of many who wait in turn, the first may have done it for all."""
        with storage(self.path):
            try:
                if not self._closed and (size := self.size) != self._synced:
                    os.fdatasync(self._handle)
                    self._synced = size
            except OSError as error:
                if error.errno != errno.EBADF:  # another thread closed it in between, and synced it before
                    raise

    def close(self) -> None:
        """Put all of it on disk and let go of the file."""
        if not self._closed:
            self.sync()
            self._closed = True
            os.close(self._handle)


def write(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Put a file in place, whole and on disk, or leave what was there."""
    part = path.with_name(f".{path.name}.part")
    with storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
            try:
                _write(handle, content)
                os.fsync(handle)
            finally:
                os.close(handle)
            part.replace(path)
            sync_folder(path.parent)
        except OSError:
            with suppress(OSError):
                part.unlink()
            raise


def sync_folder(folder: Path) -> None:
    """Return when the folder's names are on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
