"""How much is asked of a store's database."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from cnn_core.runs.store import RunStore


@contextmanager
def counted(store: RunStore) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    sa.event.listen(store._db, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(store._db, "before_cursor_execute", note)
