"""Tests: ``unit`` for pure functions, ``graph`` for definitions, ``dbt`` for the project, ``integration`` for runs."""
