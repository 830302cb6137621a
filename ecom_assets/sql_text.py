"""Names and values as they stand in SQL text.

Belongs here: quoting. Does not belong here: any statement.
"""

from __future__ import annotations


def quoted(identifier: str) -> str:
    """Return the identifier in double quotes, as SQL wants it."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return the text as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
