"""Every error an operator must fix.

HeadstampError
├── SettingsError               a setting, profile, mapping or command line is wrong
│   └── AuthorityError          no authority allows a market to be read
│       └── AuthorityEndedError an authority ended, and no other covers its markets
├── StorageError                a file of the home cannot be read or written
│   ├── LockedError             another process works for this group already
│   └── CorruptError            a database file, or a message on Kafka, is damaged
├── TorUnavailableError         the SOCKS port does not answer
├── GuardError                  something in a crawl tried a way around tor
│   └── GuardMissingError       this kernel lacks a guard that the settings require
├── BrokerUnavailableError      the broker does not answer
├── IndexUnavailableError       the index does not answer
├── KibanaError                 Kibana does not answer, does not fit, or refuses
├── ModelRejectedError          a model directory is incomplete or altered
├── SchemaTooNewError           a message was written by a newer Headstamp
└── MalformedError              bytes that are no record; the worker sets the message aside
    └── TooLargeError           a message larger than its topic takes

Faulty data is a value (`Rejected`, a dead letter, a counter), not one of these.
"""


class HeadstampError(Exception):
    """Something an operator must fix; the message says what to do."""


class SettingsError(HeadstampError):
    """A setting, market profile, column mapping or command line that cannot be used."""


class AuthorityError(SettingsError):
    """No authority allows a market to be read: none is named, known, valid now, or wide enough."""


class AuthorityEndedError(AuthorityError):
    """An authority ended, and no other covers its markets."""


class StorageError(HeadstampError):
    """A file of the home that cannot be read or written."""


class LockedError(StorageError):
    """Another process holds the lock."""


class CorruptError(StorageError):
    """A database file that SQLite reports as damaged, or a message that Kafka's client cannot read."""


class TorUnavailableError(HeadstampError):
    """The SOCKS port does not answer."""


class GuardError(HeadstampError):
    """Something in a crawl's process tried a way around tor."""


class GuardMissingError(GuardError):
    """This kernel lacks a guard."""


class BrokerUnavailableError(HeadstampError):
    """The broker does not answer."""


class IndexUnavailableError(HeadstampError):
    """The index does not answer."""


class KibanaError(HeadstampError):
    """Kibana does not answer, has a version that does not fit, or refuses what it was asked."""


class ModelRejectedError(HeadstampError):
    """A model directory that is incomplete, altered or made for another version."""


class SchemaTooNewError(HeadstampError):
    """A message whose schema is newer than this program."""


class MalformedError(HeadstampError):
    """Bytes that are no record of the expected kind."""


class TooLargeError(MalformedError):
    """A message larger than its topic takes."""
