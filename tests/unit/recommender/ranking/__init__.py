"""Tests of what orders candidates."""
