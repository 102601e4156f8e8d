"""What can go wrong at the collector; each says whether trying again can help."""

from collections.abc import Sequence
from pathlib import Path


class CollectorError(Exception):
    """Something at the collector; `retry` tells whether the same may succeed later."""

    retry = False


class SettingsError(CollectorError):
    """The environment does not say what the collector needs; all problems at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class KeyFileThereError(CollectorError):
    """A key file stands there already, and a key is never overwritten."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already; a key is never overwritten")
        self.path = path


class QueryFileError(CollectorError):
    """A file of SQL does not keep the house's rules, or is not there."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path.parent.parent.name}/sql/{path.name}: {what}")
        self.path = path


class NotOneRowError(CollectorError):
    """A query that must give exactly one row gave none or several."""

    def __init__(self, query: str, found: int) -> None:
        super().__init__(f"query {query!r} gave {found} rows where one was due")
        self.query = query
        self.found = found


class DatabaseError(CollectorError):
    """The database refused; `sqlstate` is PostgreSQL's own code, where it gave one."""

    says = "the database refused"

    def __init__(self, detail: str, sqlstate: str | None = None) -> None:
        first = detail.strip().split("\n", 1)[0]
        code = f" ({sqlstate})" if sqlstate else ""
        super().__init__(f"{self.says}{code}: {first}")
        self.sqlstate = sqlstate


class DatabaseAwayError(DatabaseError):
    """There is no connection, or it was lost. What was not committed is undone."""

    says = "the database is away"
    retry = True


class DatabaseBusyError(DatabaseError):
    """Deadlock, serialization, a lock or a statement that took too long."""

    says = "the database was busy with others"
    retry = True


class DatabaseFullError(DatabaseError):
    """No space, no memory, or read-only: it cannot store until somebody mends it."""

    says = "the database cannot store at present"
    retry = True


class ForbiddenError(DatabaseError):
    """The role or the asker has no right to that."""

    says = "the database forbids it"


class ConflictError(DatabaseError):
    """A constraint does not hold; `constraint` names it."""

    says = "a constraint does not hold"

    def __init__(
        self, detail: str, sqlstate: str | None = None, constraint: str | None = None
    ) -> None:
        super().__init__(detail, sqlstate)
        self.constraint = constraint


class MigrationError(CollectorError):
    """The schema of the database cannot be brought to what this version needs."""


class DatabaseNewerError(MigrationError):
    """The database was migrated by a newer version of Wachtpost."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the database is at migration {found}, this version knows {known}: "
            "install the newer version"
        )
        self.found = found
        self.known = known


class DatabaseOlderError(MigrationError):
    """The database lacks migrations; a service never migrates by itself."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the database is at migration {found}, this version needs {known}: "
            "run `wachtpost collector migrate`"
        )
        self.found = found
        self.known = known
