"""Tests of the synthetic sample."""
