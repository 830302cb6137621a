"""Tables that leave the warehouse as files, for tools that read no database.

Belongs here: writing the files, and the assets that do. Does not belong here: the tables themselves (``dbt_project``).
"""
