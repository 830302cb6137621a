"""Models, metrics, splits, registry and monitoring, and the thin Dagster assets over them.

Belongs here: everything that is about learning from tables. Does not belong here: dbt, DuckDB, Postgres,
files of raw data; tables are only known as frames asked of a ``Warehouse``. Never imports ``ecom_assets``.
"""
