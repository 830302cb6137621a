"""Why somebody was scored as they were: a static page on which scores are looked up by an id, with their reasons.

Belongs here: whom one can look up, and the files that answer without a server. Does not belong here: how a score comes
about, how pages look (``reports``).
"""
