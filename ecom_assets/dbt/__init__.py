"""dbt as Dagster assets.

Belongs here: the project and its manifest, translation of dbt resources, arguments, the five-line asset bodies.
Does not belong here: SQL (``dbt_project``), loading of raw tables (``ingestion``).
"""
