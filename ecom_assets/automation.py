"""Whether schedules and sensors run, in words for the terminal and the UI.

Belongs here: what is said about automation, and which switches were set by hand. Does not belong here: the
schedules and sensors (``schedules``, ``sensors``), the setting itself (``environment``).
"""

from __future__ import annotations

import dagster as dg

# A switch that was set in the UI is stored and outlives restarts; the others follow the code.
_SET_BY_HAND = {"RUNNING": True, "STOPPED": False}


def automation_line(*, is_on: bool) -> str:
    """Return what ``make ui`` says about automation."""
    if is_on:
        return "automation: on (schedules and sensors start switched on)"
    return "automation: off (schedules and sensors start stopped; ECOM_AUTOMATION=on starts them)"


def start_note(*, is_on: bool) -> str:
    """Return the sentence that ends the description of each schedule and sensor."""
    if is_on:
        return "Automation is on: it starts switched on."
    return "Automation is off: it starts stopped, until make ui is started with ECOM_AUTOMATION=on."


def switched_by_hand(instance: dg.DagsterInstance, *, is_on: bool) -> list[str]:
    """Return the schedules and sensors that somebody has switched to the other side in the UI, sorted by name."""
    states = {state.instigator_name: _SET_BY_HAND.get(state.status.value) for state in instance.all_instigator_state()}
    return sorted(name for name, is_running in states.items() if is_running is not None and is_running is not is_on)
