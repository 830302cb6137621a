"""Tests of the way that every model takes."""
