"""From the landing folder to typed raw tables.

Belongs here: declared files, discovery, parsing, loading, and the raw assets over them.
Does not belong here: cleaning or meaning (dbt staging).
"""
