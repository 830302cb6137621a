"""The engines behind the ``Warehouse`` protocol.

Belongs here: connections, locks, and the tables of ``ops``. Does not belong here: parsing of files, models.
"""
