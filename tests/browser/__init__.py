"""Tests of the UI: what a person sees and clicks in a browser, on a server of their own."""
