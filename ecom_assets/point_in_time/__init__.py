"""What was known when: raw files as of a day, files poisoned after it, and the audit that compares builds of them.

Belongs here: the rules of time on raw files, and the proof that features keep them. Does not belong here: the SQL of
features (``dbt_project``), how files are read (``ingestion``).
"""
