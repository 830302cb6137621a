"""The platform: environment, resources, ingestion, dbt, automation, and the definitions that compose all.

Belongs here: what moves and guards data. Does not belong here: model maths (``ml_assets``), SQL of marts
(``dbt_project``).
"""
