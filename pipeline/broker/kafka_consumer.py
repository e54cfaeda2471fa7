"""The client's consumer, which reads on where a header's name is no UTF-8: kafka-python 3.0.12 ends there, at each try, and does not say at which message."""

from typing import Any

from kafka import KafkaConsumer
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatch

ILLEGIBLE = "\N{REPLACEMENT CHARACTER}"
"""What stands in a header's name for bytes that are no UTF-8."""


class Consumer(KafkaConsumer):  # type: ignore[misc]  # the client has no types
    """Gives every message, those with illegible names of headers too."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._fetcher.PartitionRecords = _Records


class _Records(Fetcher.PartitionRecords):  # type: ignore[misc]  # as above
    def _unpack_records(self, tp: Any, records: Any, *more: Any) -> Any:  # Any: as above
        return super()._unpack_records(tp, _Batches(records), *more)


class _Batches:
    def __init__(self, records: Any) -> None:  # Any: as above
        self._records = records

    def next_batch(self) -> Any:  # Any: as above
        batch = self._records.next_batch()
        if type(batch) is DefaultRecordBatch:
            batch.__class__ = _Batch
        return batch


class _Batch(DefaultRecordBatch):  # type: ignore[misc]  # as above
    __slots__ = ()

    def __next__(self) -> Any:  # Any: as above
        try:
            return super().__next__()
        except CorruptRecordError as error:
            if not isinstance(error.__context__, UnicodeDecodeError):
                raise
        self._buffer = _Buffer(self._buffer)  # type: ignore[has-type, misc]  # a slot of the class above, which has no types
        return super().__next__()


class _Buffer(bytearray):
    """Bytes whose parts can all be decoded."""

    def __getitem__(self, place: Any) -> Any:  # Any: an int gives an int, a slice a part
        found = super().__getitem__(place)
        return _Part(found) if isinstance(found, bytearray) else found


class _Part(bytes):
    __slots__ = ()

    def decode(self, encoding: str = "utf-8", _errors: str = "") -> str:
        return super().decode(encoding, "replace")
