"""Marketplaces built once for several tests."""

from __future__ import annotations

from functools import cache

from ecom_assets.sample.config import SampleConfig, Scenario
from ecom_assets.sample.drift import Drift
from ecom_assets.sample.olist.assemble import Marketplace, build_marketplace
from ecom_assets.sample.scenarios import sample_config


def world(
    scale: float, seed: int, scenario: str = "marketplace", *, is_null: bool = False, drift: Drift | None = None
) -> tuple[SampleConfig, Marketplace]:
    """Return a config and its marketplace; frames are shared, so a test must not change them."""
    return _world(scale, seed, Scenario(scenario), is_null, drift)


@cache
def _world(
    scale: float, seed: int, scenario: Scenario, is_null: bool, drift: Drift | None
) -> tuple[SampleConfig, Marketplace]:
    config = sample_config(scale=scale, seed=seed, scenario=scenario, is_null=is_null, drift=drift)
    return config, build_marketplace(config)
