"""The database on a Postgres server: in which order it has to compare text, and how one is made that does.

Belongs here: properties of the database that are fixed when it is created. Does not belong here: schemas, roles
(``postgres_roles``), connections.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecom_assets.sql_text import quoted

# As JSON, because each major version has other columns.
READ_DATABASE = """
    select
        pg_encoding_to_char(encoding), datcollate, datctype,
        coalesce(to_jsonb(pg_database) ->> 'datlocprovider', 'c'), to_jsonb(pg_database) ->> 'datlocale'
    from pg_database
    where datname = %s
"""

_LIBC, _BUILTIN = "c", "b"
_BYTEWISE = frozenset({"C", "POSIX", "C.UTF-8", "C.UTF8"})
# Locales that know no letters beside those of ASCII.
_ASCII_LETTERS = frozenset({"C", "POSIX"})


@dataclass(frozen=True, slots=True)
class DatabaseLocale:
    """What ``READ_DATABASE`` says of a database.

    Attributes
    ----------
    encoding
        Of all its text, such as ``UTF8``.
    collation
        The order of text, a locale of the operating system.
    letters
        The locale that says what is a letter, and which is its lower case.
    provider
        Whose locales they are: ``c`` of the operating system, ``b`` built in, ``i`` of the library ICU.
    locale
        What takes the place of ``collation`` and ``letters`` for the last two.
    """

    encoding: str
    collation: str
    letters: str
    provider: str
    locale: str | None


def create_database(name: str) -> str:
    """Return the SQL that creates a database whose text is compared bytewise, as DuckDB does."""
    return f"create database {quoted(name)} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'"


def refusal(name: str, found: DatabaseLocale) -> str | None:
    """Say why a database cannot be the warehouse and what to do, or return None if it can."""
    faults = [
        *([f"its encoding is {found.encoding}, not UTF8"] if found.encoding != "UTF8" else []),
        *([f"it orders text by {_order(found)}, not by its bytes"] if not _is_bytewise(found) else []),
        *([f"its letters are those of {_letters(found)}, without accents"] if not _knows_letters(found) else []),
    ]
    if not faults:
        return None
    return (
        f"database {name} exists, but {' and '.join(faults)}: results would differ from those of other engines. "
        "This cannot be changed afterwards: name another database in PGDATABASE, or drop this one if it holds nothing"
    )


def _order(found: DatabaseLocale) -> str:
    return found.collation if found.provider == _LIBC else f"{found.locale} of provider {found.provider}"


def _letters(found: DatabaseLocale) -> str:
    return found.letters if found.provider == _LIBC else str(found.locale)


def _is_bytewise(found: DatabaseLocale) -> bool:
    # The built-in locales all order by code point, which in UTF-8 is the order of bytes.
    return found.provider == _BUILTIN or (found.provider == _LIBC and found.collation.upper() in _BYTEWISE)


def _knows_letters(found: DatabaseLocale) -> bool:
    return _letters(found).upper() not in _ASCII_LETTERS
