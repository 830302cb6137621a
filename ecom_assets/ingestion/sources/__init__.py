"""All declared sources by name; a new source is declared in a module of its own and listed here.

Belongs here: the list. Does not belong here: columns, files or behaviour of any one source.
"""

from __future__ import annotations

from ecom_assets.ingestion.schema import Source
from ecom_assets.ingestion.sources.olist import OLIST
from ecom_assets.ingestion.sources.retailrocket import RETAILROCKET

SOURCES: dict[str, Source] = {source.name: source for source in (OLIST, RETAILROCKET)}
