"""Two builds of the same tables: how one is made beside the warehouse, and what differs between them.

Belongs here: what every audit shares. Does not belong here: which builds an audit makes and which rows it compares
(``point_in_time``, ``engine_parity``).
"""
