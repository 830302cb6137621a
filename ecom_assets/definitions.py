"""The code location that ``workspace.yaml`` and ``[tool.dg]`` name.

Belongs here: this one line. Does not belong here: anything else (see ``build``).
"""

from __future__ import annotations

from ecom_assets.build import build_defs

defs = build_defs()
