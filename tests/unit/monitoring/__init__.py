"""Tests of monitoring and retraining."""
