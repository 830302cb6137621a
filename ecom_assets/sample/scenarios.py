"""Which rates belong to which world.

Belongs here: the choice of parameter sets by scenario and null. Does not belong here: the sets themselves (each source
states its own), the draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ecom_assets.sample.config import SampleConfig, Scenario
from ecom_assets.sample.drift import Drift
from ecom_assets.sample.olist.parameters import OlistParameters
from ecom_assets.sample.retailrocket.parameters import RetailRocketParameters

_MARKETPLACES: Mapping[Scenario, Callable[[], OlistParameters]] = {
    Scenario.MARKETPLACE: OlistParameters,
    Scenario.LOYAL: OlistParameters.loyal,
    Scenario.STEADY: OlistParameters.steady,
}


def sample_config(
    *,
    scale: float,
    seed: int,
    scenario: Scenario = Scenario.MARKETPLACE,
    is_null: bool = False,
    drift: Drift | None = None,
) -> SampleConfig:
    """Return the config of a world.

    Raises
    ------
    ValueError
        If size or seed are out of range, or a null world is asked to drift.
    """
    marketplace = _MARKETPLACES[scenario]()
    clicks = RetailRocketParameters.steady() if scenario is Scenario.STEADY else RetailRocketParameters()
    return SampleConfig(
        scale=scale,
        seed=seed,
        scenario=scenario,
        is_null=is_null,
        drift=drift,
        olist=marketplace.homogeneous() if is_null else marketplace,
        retailrocket=clicks.homogeneous() if is_null else clicks,
    )
