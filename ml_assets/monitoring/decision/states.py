"""What the machine of retraining is in, does, and does it for.

Belongs here: the enumerations. Does not belong here: how one comes of another (``machine``).
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a model stands on its way to the next training."""

    QUIET = "quiet"
    # A cause was seen that does not count yet: one window alone, or the rest after the last training.
    DETECTED = "detected"
    # A cause stands; what could prove a new version better is not known yet.
    WAITING_FOR_LABELS = "waiting_for_labels"
    TRAINING = "training"
    EVALUATED = "evaluated"


class Action(StrEnum):
    """What follows from a decision."""

    NONE = "none"
    WAIT = "wait"
    RETRAIN = "retrain"


class Cause(StrEnum):
    """For what a model is to be trained again."""

    DRIFT = "drift"
    DECAY = "decay"
    AGE = "age"


class TrainingStatus(StrEnum):
    """What became of a training that was asked for."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RealisedVerdict(StrEnum):
    """What the labels that became known say of past scores."""

    HELD = "held"
    DECAY = "decay"
    # Too few events to say anything.
    INSUFFICIENT = "insufficient_events"
    # No label of a score that was given without hindsight is known yet.
    IMMATURE = "immature_labels"
    # The model answers a question that no label ever settles.
    NO_LABEL = "no_label"
