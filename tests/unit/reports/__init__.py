"""Tests of cards, scoreboard and the pages around them."""
