"""``make doctor``: what is wrong with machine, settings and home, and what repairs it; it changes nothing.

Belongs here: arguments, exit code. Does not belong here: what is looked at (``ecom_assets.doctor``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ecom_assets.doctor.examination import examine
from ecom_assets.doctor.finding import Finding, is_well, verdict
from ecom_assets.environment import TELEMETRY_OFF

# A server that does not answer is a finding; libpq would wait for minutes.
_PATIENCE = {"PGCONNECT_TIMEOUT": "10"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is found; return 1 if there is a problem, and 0 if there are none or warnings only."""
    argparse.ArgumentParser(prog="make doctor", description=__doc__).parse_args(arguments)
    asked = dict(os.environ)
    os.environ.update(TELEMETRY_OFF | {name: asked.get(name, value) for name, value in _PATIENCE.items()})
    findings: list[Finding] = []
    for finding in examine(asked):
        print(finding, flush=True)
        findings.append(finding)
    print(verdict(findings))
    return 0 if is_well(findings) else 1


if __name__ == "__main__":
    sys.exit(main())
