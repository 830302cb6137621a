"""Tests of the decision whether a model is trained again."""
