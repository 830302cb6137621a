"""Synthetic raw data in the file format of the two public data sets.

Belongs here: what invents rows and writes them as files. Does not belong here: reading files, and any row of the
originals; only measured rates and public names (states, cities, categories) stand in the parameter tables.
"""

from __future__ import annotations

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.write import SampleExistsError, WrittenFile, write_sample

__all__ = ["SampleConfig", "SampleExistsError", "WrittenFile", "write_sample"]
