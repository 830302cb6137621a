"""From which raw columns each column of a model descends, read from the SQL that dbt has compiled.

Belongs here: columns traced through one query, and through all models down to the raw tables. Does not belong here:
what is said with it (``ml_assets.monitoring``), writing the file (``commands.write_raw_columns``).

A column descends from the columns in the expression that makes it. One that only counts rows has none there: it
descends from the columns by which its rows are joined and filtered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

# ``schema.table`` and column, as in the warehouse.
Column = tuple[str, str]
Origins = dict[str, frozenset[Column]]

# Origin of days that are there whatever the data say: as-of dates, ends of observation, holidays.
CALENDAR: frozenset[Column] = frozenset({("", "calendar")})


@dataclass(frozen=True, slots=True)
class Query:
    """What a model is made by.

    Attributes
    ----------
    relation
        ``schema.table`` that it becomes.
    sql
        Compiled SQL.
    parents
        Relations that it reads.
    """

    relation: str
    sql: str
    parents: frozenset[str]


@dataclass(slots=True)
class _Tracing:
    """Origins of the columns of each scope of a query, each found once."""

    found: dict[int, tuple[Origins, frozenset[Column]]] = field(default_factory=dict)


def queries_of(manifest: Mapping[str, Any]) -> dict[str, Query]:
    """Return the queries of all models of a manifest whose SQL was compiled, by relation."""
    nodes = {**manifest["nodes"], **manifest["sources"]}
    found = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node.get("compiled_code"):
            parents = (nodes[name] for name in node["depends_on"]["nodes"])
            found[_relation(node)] = Query(_relation(node), node["compiled_code"], frozenset(map(_relation, parents)))
    return found


def raw_origins(
    queries: Mapping[str, Query], raw: Mapping[str, tuple[str, ...]], dialect: str, calendars: Collection[str] = ()
) -> dict[str, Origins]:
    """Return, for every relation, the raw columns that each of its columns descends from.

    Parameters
    ----------
    queries
        Queries of models by relation.
    raw
        Columns of each relation that nothing here makes.
    dialect
        Of the SQL.
    calendars
        Relations of days, whose columns are traced no further.

    Raises
    ------
    LookupError
        If a query reads a relation of which nothing is known.
    """
    origins: dict[str, Origins] = {
        relation: {column: CALENDAR if relation in calendars else frozenset({(relation, column)}) for column in columns}
        for relation, columns in raw.items()
    }
    for relation in TopologicalSorter({name: query.parents for name, query in queries.items()}).static_order():
        if relation not in origins:
            if relation not in queries:
                raise LookupError(f"{relation} is read by a model and known to nobody; compile all models first")
            traced = _through(queries[relation], origins, dialect)
            origins[relation] = dict.fromkeys(traced, CALENDAR) if relation in calendars else traced
    return origins


def _relation(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"


def _through(query: Query, origins: Mapping[str, Origins], dialect: str) -> Origins:
    """Return the origins of the columns of a query, given those of the relations that it reads."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for parent in query.parents:
        database, table = parent.split(".")
        tables.setdefault(database, {})[table] = dict.fromkeys(origins[parent], "unknown")
    tree = qualify(
        parse_one(query.sql, dialect=dialect),
        dialect=dialect,
        schema=dict[str, object](tables),
        validate_qualify_columns=False,
        identify=False,
        quote_identifiers=False,
    )
    scope = build_scope(tree)
    if scope is None:
        raise LookupError(f"{query.relation} is no query whose columns could be traced")
    return _of_scope(scope, origins, _Tracing())[0]


def _of_scope(scope: Scope, origins: Mapping[str, Origins], tracing: _Tracing) -> tuple[Origins, frozenset[Column]]:
    """Return the origins of the columns of a scope, and of the conditions by which its rows are chosen."""
    known = tracing.found.get(id(scope.expression))
    if known is not None:
        return known
    # A recursive query asks for itself: what it adds to itself descends from nothing new.
    tracing.found[id(scope.expression)] = ({}, frozenset())
    if scope.set_operation_scopes:
        found = _of_union([_of_scope(each, origins, tracing) for each in scope.set_operation_scopes])
    else:
        found = _of_select(scope, origins, tracing)
    tracing.found[id(scope.expression)] = found
    return found


def _of_union(parts: list[tuple[Origins, frozenset[Column]]]) -> tuple[Origins, frozenset[Column]]:
    names = list(parts[0][0])
    columns = [list(part.values()) for part, _ in parts]
    merged = {name: _union(part[place] for part in columns if place < len(part)) for place, name in enumerate(names)}
    return merged, _union(rows for _, rows in parts)


def _of_select(scope: Scope, origins: Mapping[str, Origins], tracing: _Tracing) -> tuple[Origins, frozenset[Column]]:
    select = scope.expression
    if not isinstance(select, exp.Select):
        return {}, frozenset()
    conditions = [each for each in (select.args.get("where"), select.args.get("having")) if each is not None]
    conditions += select.args.get("joins") or []
    rows = _union(_of_expression(each, scope, origins, tracing) for each in conditions)
    rows |= _union(_rows_of_source(source, origins, tracing) for _, source in scope.selected_sources.values())
    grouped = _of_expression(select.args["group"], scope, origins, tracing) if select.args.get("group") else frozenset()
    joined = {
        join.alias_or_name: _of_expression(join.args["on"], scope, origins, tracing)
        for join in select.args.get("joins") or ()
        if join.args.get("on") is not None
    }
    columns = {}
    for projection in select.selects:
        own = _of_expression(projection, scope, origins, tracing)
        if own == CALENDAR:
            # A day looked up in a calendar says of the data by what it was looked up.
            own |= _union(joined.get(column.table, frozenset()) for column in projection.find_all(exp.Column))
        columns[projection.alias_or_name] = own or (rows or grouped if _counts(projection) else frozenset())
    return columns, rows


def _counts(projection: exp.Expr) -> bool:
    """Return whether an expression without any column says how many rows there are: an aggregate, or a number to sum.

    Zero, a text and nothing at all only fill a place, as in the part of a union that has no such column.
    """
    value = projection.unalias()
    numbers = (literal for literal in value.find_all(exp.Literal) if not literal.is_string)
    return value.find(exp.AggFunc) is not None or any(float(literal.name) != 0.0 for literal in numbers)


def _rows_of_source(source: Any, origins: Mapping[str, Origins], tracing: _Tracing) -> frozenset[Column]:
    return _of_scope(source, origins, tracing)[1] if isinstance(source, Scope) else frozenset()


def _of_expression(
    expression: exp.Expr, scope: Scope, origins: Mapping[str, Origins], tracing: _Tracing
) -> frozenset[Column]:
    """Return the origins of all columns in an expression, those of queries inside it among them."""
    return _union(_of_column(column, scope, origins, tracing) for column in expression.find_all(exp.Column))


def _of_column(
    column: exp.Column, scope: Scope, origins: Mapping[str, Origins], tracing: _Tracing
) -> frozenset[Column]:
    source = next((each.sources[column.table] for each in _outwards(scope) if column.table in each.sources), None)
    if isinstance(source, exp.Table):
        return origins.get(f"{source.db}.{source.name}", {}).get(column.name, frozenset())
    if isinstance(source, Scope):
        return _of_scope(source, origins, tracing)[0].get(column.name, frozenset())
    return frozenset()


def _union(parts: Iterable[frozenset[Column]]) -> frozenset[Column]:
    return frozenset[Column]().union(*parts)


def _outwards(scope: Scope | None) -> Iterator[Scope]:
    while scope is not None:
        yield scope
        scope = scope.parent
