"""What psycopg's errors mean, in our words: the other half of `collector.database`."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from psycopg_pool import PoolClosed, PoolTimeout

from collector.errors import (
    ConflictError,
    DatabaseAwayError,
    DatabaseBusyError,
    DatabaseError,
    DatabaseFullError,
    ForbiddenError,
)

_KINDS: tuple[tuple[type[psycopg.Error], type[DatabaseError]], ...] = (
    (pg.InsufficientPrivilege, ForbiddenError),
    (pg.ReadOnlySqlTransaction, DatabaseFullError),
    (pg.DiskFull, DatabaseFullError),
    (pg.OutOfMemory, DatabaseFullError),
    (pg.DeadlockDetected, DatabaseBusyError),
    (pg.SerializationFailure, DatabaseBusyError),
    (pg.LockNotAvailable, DatabaseBusyError),
    (pg.QueryCanceled, DatabaseBusyError),
    (pg.IdleInTransactionSessionTimeout, DatabaseAwayError),
    (PoolTimeout, DatabaseAwayError),
    (PoolClosed, DatabaseAwayError),
    (pg.UndefinedFile, DatabaseError),
    (psycopg.OperationalError, DatabaseAwayError),
    (psycopg.InterfaceError, DatabaseAwayError),
)


@contextmanager
def wrapped() -> Iterator[None]:
    """Raise what psycopg raises in the block as one kind of DatabaseError."""
    try:
        yield
    except psycopg.IntegrityError as error:
        raise ConflictError(
            str(error), error.sqlstate, error.diag.constraint_name
        ) from error
    except psycopg.Error as error:
        for driver, ours in _KINDS:
            if isinstance(error, driver):
                raise ours(str(error), error.sqlstate) from error
        raise DatabaseError(str(error), error.sqlstate) from error
