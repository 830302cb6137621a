"""``make replay``: history re-enacted under several policies of retraining, in a home of its own.

Belongs here: arguments and messages. Does not belong here: what is done (``ecom_assets.replay``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ecom_assets.commands.run import ensure_raw_files
from ecom_assets.comparison.builds import BuildError
from ecom_assets.environment import TELEMETRY_OFF, SettingsError, load_settings
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.point_in_time.raw_as_of import NothingKnownError
from ecom_assets.replay.days import NothingToReplayError
from ecom_assets.replay.enact import UnknownModelError, replay
from ecom_assets.replay.home import ReplayHomeError
from ecom_assets.replay.wanted import Wanted
from ml_assets.replay.alarms import Truth
from ml_assets.replay.policies import Policy

_FOLDER = "replay"
# What was asked for cannot be done with what is there.
_REFUSALS = (SettingsError, LoadError, NothingKnownError, NothingToReplayError, UnknownModelError, ReplayHomeError)


def _day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2018-03-31") from error


def _policies(text: str) -> tuple[Policy, ...]:
    """Read policies with commas between them; that of never training again is always among them, to be beaten."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Policy)]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"{text!r} names no policies; use some of {', '.join(Policy)}")
    return tuple(policy for policy in Policy if policy in names or policy is Policy.NEVER)


def _names(text: str) -> tuple[str, ...]:
    """Read names with commas between them."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _count(text: str) -> int:
    """Read a number of periods."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument(
        "--policies", type=_policies, default=tuple(Policy), help=f"some of {','.join(Policy)} (default all)"
    )
    parser.add_argument("--models", type=_names, default=(), help="names with commas between them (default all)")
    parser.add_argument(
        "--from", dest="since", type=_day, metavar="DAY", help="first day (default the middle of history)"
    )
    parser.add_argument("--until", type=_day, metavar="DAY", help="last day (default where history ends)")
    parser.add_argument(
        "--every", type=_count, default=1, metavar="N", help="a step every N months (weeks of clicks) (default 1)"
    )
    truth = parser.add_mutually_exclusive_group()
    truth.add_argument(
        "--shift-from", type=_day, metavar="DAY", help="first day of a shift that was planted; only judges the alarms"
    )
    truth.add_argument("--steady", action="store_true", help="nothing changes in these data: every alarm is false")
    parser.add_argument("--out", type=Path, help="home of the replay (default replay below ECOM_HOME)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay; return 1 if a build failed, 2 if what was asked for cannot be done."""
    options = argument_parser().parse_args(arguments)
    wanted = Wanted(
        policies=options.policies,
        models=options.models,
        since=options.since,
        until=options.until,
        every=options.every,
        truth=Truth(shift_from=options.shift_from, is_steady=options.steady),
    )
    os.environ.update(TELEMETRY_OFF)
    try:
        settings = load_settings(os.environ)
        ensure_raw_files(settings)
        folder = settings.home / _FOLDER if options.out is None else options.out.expanduser().resolve()
        page = replay(settings, wanted, folder, lambda words: print(f"replay: {words}", flush=True))
    except _REFUSALS as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"replay: {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
