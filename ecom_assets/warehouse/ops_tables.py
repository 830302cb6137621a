"""The platform's own book-keeping tables, created before anything reads or writes them.

Belongs here: their columns. Does not belong here: who fills them.
"""

from __future__ import annotations

from ecom_assets.keys import LOADS, MODEL_INPUTS, REJECTED_ROWS
from ml_assets.contract import PROMOTIONS, RETRAINING_DECISIONS, SCOREBOARD, TableName

OPS_TABLES: dict[TableName, str] = {
    # One row a part and load, written last: a load without its row never happened. The rows of a table with
    # the newest loaded_at say what it holds; a missing optional file is a row without file_name.
    LOADS: """
        source text not null, table_name text not null, file_name text, file_sha256 text, bytes bigint not null,
        row_count bigint not null, rejected_count bigint not null, superseded_count bigint not null,
        loaded_at timestamp not null, run_id text not null
    """,
    # Rows of the current load that did not parse.
    REJECTED_ROWS: """
        source text not null, table_name text not null, file_name text not null, line_number bigint not null,
        reason text not null, raw_line text not null
    """,
    # From which parts an incremental dbt model was last built; written by its post-hook.
    MODEL_INPUTS: """
        model_name text not null, source text not null, table_name text not null, file_name text,
        file_sha256 text
    """,
    # One row a metric of a model: what was claimed, what simple means reach, what the model reached. A figure that the
    # data do not allow is NULL, and the verdict says why.
    SCOREBOARD: """
        model_name text not null, metric text not null, claimed_target double precision, rule_value double precision,
        baseline_value double precision, achieved double precision, ci_low double precision, ci_high double precision,
        minimum_detectable_effect double precision, n bigint not null, window_from date, window_to date,
        verdict text not null
    """,
    # One row a decision of the promotion gate or of a roll-back; the versions are those of the registry.
    PROMOTIONS: """
        decided_at timestamp not null, model_name text not null, champion_version text, challenger_version text,
        metric text, champion_value double precision, challenger_value double precision, gain_low double precision,
        gain_high double precision, verdict text not null, reason text not null, run_id text
    """,
    # One row a decision on whether a model is trained again; a verdict that nothing could be said by is NULL. The last
    # column is what the next decision remembers of it.
    RETRAINING_DECISIONS: """
        decided_at timestamp not null, model_name text not null, as_of_date date not null, state text not null,
        drift_verdict text, performance_verdict text, age_days bigint, new_rows bigint, decision text not null,
        reasons text not null, report_id text, sequence bigint not null, champion_version text, cause text, run_id text,
        memory text not null
    """,
}


def schema_statements() -> list[str]:
    """Return the SQL that creates the schemas that are missing."""
    return [f"create schema if not exists {schema}" for schema in sorted({table.schema for table in OPS_TABLES})]


def table_statements() -> list[str]:
    """Return the SQL that creates the tables that are missing and leaves alone those that are there."""
    return [f"create table if not exists {table} ({columns})" for table, columns in OPS_TABLES.items()]


def create_statements() -> list[str]:
    """Return the SQL that creates the schemas and tables that are missing."""
    return [*schema_statements(), *table_statements()]


def newest_loads() -> str:
    """Return the relation of the rows of ``ops.loads`` that say what each raw table holds now."""
    return f"""(
        select loads.*
        from {LOADS} as loads
        inner join (
            select source, table_name, max(loaded_at) as loaded_at from {LOADS} group by source, table_name
        ) as newest
            on loads.source = newest.source
            and loads.table_name = newest.table_name
            and loads.loaded_at = newest.loaded_at
    )"""
