"""The tables on the server, held against what the embedded engine builds from the same files.

Belongs here: the audit of engines against each other. Does not belong here: SQL of models (``dbt_project``), what makes
up an engine (``warehouse``), the comparison of rows (``comparison``).
"""
