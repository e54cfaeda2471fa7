"""What is in force in a home, by number: each change of a model, market profile or column mapping counts one up."""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.sqlite import Database

MIGRATIONS = (
    "CREATE TABLE activation(kind TEXT NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, time TEXT NOT NULL, PRIMARY KEY(kind, number)) STRICT",
)


class Activations:
    """The numbered activations of one home; going back to an earlier model is an activation too."""

    def __init__(self, home: Path) -> None:
        self._database = Database(home / "activations.db", MIGRATIONS)

    def current(self, kind: str) -> tuple[int, str] | None:
        """Number and digest of what is in force, or None before the first activation."""
        found = self._database.row(
            "SELECT number, digest FROM activation WHERE kind=? ORDER BY number DESC LIMIT 1", kind
        )
        return (int(str(found[0])), str(found[1])) if found else None

    def number(self, kind: str, digest: str) -> int:
        """The number under which `digest` is in force; it is put in force first where another one is."""
        with self._database.transaction():
            found = self.current(kind)
            if found and found[1] == digest:
                return found[0]
            number = found[0] + 1 if found else 1
            self._database.run(
                "INSERT INTO activation VALUES(?,?,?,?)",
                kind,
                number,
                digest,
                datetime.now(UTC).isoformat(timespec="seconds"),
            )
            return number

    def all(self, kind: str) -> list[tuple[int, str, str]]:
        """Number, digest and time of every activation, oldest first."""
        rows = self._database.rows("SELECT number, digest, time FROM activation WHERE kind=? ORDER BY number", kind)
        return [(int(str(number)), str(digest), str(time)) for number, digest, time in rows]

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
