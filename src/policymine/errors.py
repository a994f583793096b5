"""The error tree. Every error names the thing, the place and the cure, carries them as fields, and pickles.

PolicymineError
├── RuleError            a rule or lexicon file contradicts itself
├── SettingsError        policymine.toml or the environment
├── SourceError          a site or a file
│   ├── FetchError       the network or the disk did not give it
│   ├── BlockedError     robots.txt, a firewall challenge, a login
│   └── LayoutError      it came, but not as its source file promises
├── AlignmentError       an edit outside its text: a bug, never bad input
├── AnnotationError      a gold file
├── ProfileError         an organisation's profile
└── TableError           the database
    ├── LockedError      another run holds the lock
    ├── StorageError     full, read-only, of a newer version
    └── UnknownIdError   nothing in the table has this id
"""

from __future__ import annotations

import errno
from typing import Self


class PolicymineError(Exception):
    """Root of all errors that policymine raises on purpose.

    Args:
        thing: what is wrong, such as a file name or a rule id.
        place: where in it, such as a line or a key; may be empty.
        cure: what the reader can do about it.

    >>> str(RuleError("times.by-date", "yes[0]", "mark the expected span with 〔…〕"))
    'times.by-date: yes[0]: mark the expected span with 〔…〕'
    >>> str(FetchError("two\\nlines.txt", "", "is always one line"))
    'two␊lines.txt: is always one line'
    """

    exit_code = 1

    def __init__(self, thing: str, place: str = "", cure: str = "") -> None:
        self.thing, self.place, self.cure = thing, place, cure
        super().__init__(thing, place, cure)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.thing, self.place, self.cure) if part).replace("\n", "␊")


class RuleError(PolicymineError):
    """A rule or lexicon file contradicts itself or lacks its examples."""

    exit_code = 3


class SettingsError(PolicymineError):
    """A setting has no usable value."""

    exit_code = 3


class SourceError(PolicymineError):
    """A site or file could not be read."""

    exit_code = 4


class FetchError(SourceError):
    """The network or the disk did not give the bytes."""


class BlockedError(SourceError):
    """The site does not want to be read: robots.txt, a challenge, a login."""


class LayoutError(SourceError):
    """The page came, but not in the form its source file promises, or in a format nobody can read."""


class SourceFileError(SourceError):
    """A source definition (TOML) is wrong."""

    exit_code = 3


class AlignmentError(PolicymineError):
    """An edit lies outside its text or overlaps another one."""


class AnnotationError(PolicymineError):
    """A gold file contradicts the guideline."""

    exit_code = 4


class ProfileError(PolicymineError):
    """An organisation's profile is wrong."""

    exit_code = 3


class TableError(PolicymineError):
    """The knowledge table refused."""

    exit_code = 8


class LockedError(TableError):
    """Another run holds the lock."""

    exit_code = 7


class StorageError(TableError):
    """The disk is full, the file is read-only, or the database is of a newer version."""

    @classmethod
    def of(cls, problem: OSError, place: str = "") -> Self | None:
        """What the system said about a disk or a folder, with its cure; None when it is no matter of storage.

        >>> str(StorageError.of(OSError(errno.ENOSPC, "No space left on device", "data/archive/1.warc.gz")))
        'data/archive/1.warc.gz: the disk is full; free some space and run again, nothing was lost'
        """
        cure = _STORAGE_CURES.get(problem.errno or 0)
        if cure is None:
            return None
        return cls(str(place or problem.filename or "storage"), "", cure)


_STORAGE_CURES = {
    errno.ENOSPC: "the disk is full; free some space and run again, nothing was lost",
    errno.EDQUOT: "the quota of the disk is used up; free some space and run again, nothing was lost",
    errno.EFBIG: "the file may grow no further; raise the limit (`ulimit -f`) and run again, nothing was lost",
    errno.EROFS: "the file system is read-only; mount it for writing or choose another place in the settings",
    errno.EACCES: "may not be written or read; give permission or choose another place in the settings",
    errno.EPERM: "may not be written or read; give permission or choose another place in the settings",
    errno.EIO: "the disk reports an error; check the disk, then run again",
    errno.ENOTDIR: "a folder is needed and a file is there; move it or choose another place in the settings",
    errno.EEXIST: "a folder is needed and a file is there; move it or choose another place in the settings",
    errno.EMFILE: "too many files are open; raise the limit (`ulimit -n`) and run again",
}


class UnknownIdError(TableError):
    """Nothing in the table has this id."""

    exit_code = 2
