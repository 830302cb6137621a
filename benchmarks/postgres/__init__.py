"""The warehouse on a Postgres server: loading against ``psql``, building against DuckDB.

Belongs here: what is measured on a server that the environment names. Does not belong here: DuckDB on its own
(``benchmarks.pipeline``).
"""
