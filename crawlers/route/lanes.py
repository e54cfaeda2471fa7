"""The isolation keys of one market: tor builds another circuit behind each, so that one which hangs can be left."""

import secrets
from dataclasses import dataclass
from typing import Self

MOST_LANES = 4
"""Beyond four, pages came no faster at a round trip of 300 ms, and each lane costs the service a rendezvous."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One lane in one epoch; requests with one key share a circuit, others never do."""

    number: int
    epoch: int
    key: str


class Lanes:
    """The lanes of one market, which its requests take in turn.

    Keys are random for each process: a circuit that hung once must not be met again after a restart.
    """

    def __init__(self, key: str, count: int, *, fixed: bool = False) -> None:
        self._key = key
        self._fixed = fixed
        self._epochs = [0] * count
        self._turn = 0
        self._kept: int | None = None
        self._waits = False

    @classmethod
    def of(cls, market: str, count: int) -> Self:
        """So many lanes of a market, which no other process and no other market has."""
        return cls(f"{market}.{secrets.token_hex(8)}", count)

    @classmethod
    def fixed(cls, key: str) -> Self:
        """The one lane of a session, whose key stays what it is, for the market ties the session to its circuit."""
        return cls(key, 1, fixed=True)

    def take(self) -> Lane:
        """The lane whose turn it is."""
        number = self._turn if self._kept is None else self._kept
        self._turn = (number + 1) % len(self._epochs)
        return self._lane(number)

    def heard(self, key: str, *, waits: bool) -> bool:
        """Note an answer that came behind a key; whether it is meant for the visitor that the market knows from now on.

        Where it lets visitors wait, all goes on that one lane, for its place may hang on the circuit; until it lets
        through, the lane's epoch stays. What comes late on another lane means another visitor.
        """
        number = next((number for number in range(len(self._epochs)) if self._lane(number).key == key), None)
        if self._kept is None and waits:
            self._kept = number
        if self._kept is None:
            return True
        if number == self._kept:
            self._waits = waits
        return number == self._kept

    def leave(self, lane: Lane) -> None:
        """Give a lane that hangs a new epoch, once however many of its requests hang; a fixed one, or one that waits, stays."""
        if not (self._fixed or self._waits) and self._epochs[lane.number] == lane.epoch:
            self._epochs[lane.number] += 1

    def _lane(self, number: int) -> Lane:
        epoch = self._epochs[number]
        key = self._key if self._fixed else f"{self._key}.{number}.{epoch}"
        return Lane(number=number, epoch=epoch, key=key)
