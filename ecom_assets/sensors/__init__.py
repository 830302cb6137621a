"""Sensors: what runs because something happened.

Belongs here: one module a sensor, its decision as a pure function beside the tick. Does not belong here:
reading the warehouse; sensors look at files and at Dagster's own records.
"""
