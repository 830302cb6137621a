"""Tests of what names candidates."""
