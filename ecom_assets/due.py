"""Which assets of a job are due: what has changed for them since they were made.

Belongs here: the decision, on part of the graph. Does not belong here: the decision on the whole graph (``plan``), when
it is asked for (``schedules``).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from graphlib import TopologicalSorter

import dagster as dg

# Dagster has no public name for it; the tests of ``plan`` notice if it moves.
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from ecom_assets.plan import Materialisation, Reason, last_materialisations, plan


def due(
    parents: Mapping[dg.AssetKey, Set[dg.AssetKey]],
    inside: Set[dg.AssetKey],
    code_versions: Mapping[dg.AssetKey, str | None],
    fingerprints: Mapping[dg.AssetKey, str],
    last: Mapping[dg.AssetKey, Materialisation],
) -> dict[dg.AssetKey, Reason]:
    """Return the assets of a job to materialise, each with its reason, parents first.

    What stands outside of the job is taken as it is: that a model could be trained on newer rows does not make the
    scores of the one that serves old. What reads something that was never made, and is not made by the job either, has
    to wait: nobody can score before anybody serves.

    Parameters
    ----------
    parents
        The graph: every asset with the assets that it reads.
    inside
        The assets of the job.
    code_versions
        Code version of every asset as it stands now.
    fingerprints
        Data version that a root would have if it were loaded now.
    last
        Last materialisation of every asset that has one.
    """
    ready: set[dg.AssetKey] = set()
    for key in TopologicalSorter({key: parents.get(key, frozenset()) for key in inside}).static_order():
        if key in inside and all(parent in ready or parent in last for parent in parents.get(key, ())):
            ready.add(key)
    taken = {parent for key in ready for parent in parents.get(key, ())} - ready
    return plan(
        parents={key: parents.get(key, frozenset()) for key in ready} | {key: frozenset() for key in taken},
        code_versions={key: code_versions.get(key) for key in ready} | {key: last[key].code_version for key in taken},
        fingerprints={key: fingerprints[key] for key in fingerprints if key in ready},
        last={**last, **{key: replace(last[key], is_blocked=False) for key in taken}},
    )


def due_in_job(
    instance: dg.DagsterInstance,
    graph: AssetGraph,
    inside: Set[dg.AssetKey],
    fingerprints: Mapping[dg.AssetKey, str],
) -> dict[dg.AssetKey, Reason]:
    """Decide on the graph as it is and the event log as it stands; see ``due``."""
    keys = graph.materializable_asset_keys
    return due(
        parents={key: graph.get(key).parent_keys & keys for key in keys},
        inside=inside,
        code_versions={key: graph.get(key).code_version for key in keys},
        fingerprints=fingerprints,
        last=last_materialisations(instance, graph),
    )
