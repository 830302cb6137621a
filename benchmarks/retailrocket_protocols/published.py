"""Published figures on both protocols, and the goals.

Belongs here: numbers as their authors printed them. Does not belong here: our own.

Sources for P1: ``docs/umuai/tables_window/tables_retailrocket.html`` of ``rn5l/session-rec``; the rows of S-Walk,
GCE-GNN, SLIST and NISER+ are from the slides in ``jin530/SWalk`` (WSDM 2022). For P2: the README of ``hidasib/GRU4Rec``
and the tables of ``hidasib/gru4rec_third_party_comparison``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from benchmarks.retailrocket_protocols.evaluate import (
    AVERAGE_PRECISION,
    HIT_RATE,
    PRECISION,
    RECALL,
    RECIPROCAL_RANK,
    Figures,
    at,
)

COMPLETE_EVENTS = 2_756_101

P1_COLUMNS = (
    at(HIT_RATE, 20),
    at(RECIPROCAL_RANK, 20),
    at(HIT_RATE, 10),
    at(RECIPROCAL_RANK, 10),
    at(HIT_RATE, 5),
    at(RECIPROCAL_RANK, 5),
    at(PRECISION, 20),
    at(RECALL, 20),
    at(AVERAGE_PRECISION, 20),
)
P2_COLUMNS = (
    at(RECALL, 20),
    at(RECIPROCAL_RANK, 20),
    at(RECALL, 10),
    at(RECIPROCAL_RANK, 10),
    at(RECALL, 5),
    at(RECIPROCAL_RANK, 5),
    at(RECALL, 1),
)

P1_GOALS: Figures = MappingProxyType({at(HIT_RATE, 20): 0.6226, at(RECIPROCAL_RANK, 20): 0.3638})
P2_GOALS: Figures = MappingProxyType({at(RECALL, 20): 0.5187, at(RECIPROCAL_RANK, 20): 0.2175})


def _rows(columns: tuple[str, ...], rows: Mapping[str, tuple[float, ...]]) -> Mapping[str, Figures]:
    return {name: dict(zip(columns, figures, strict=True)) for name, figures in rows.items()}


_IN_FULL = _rows(
    P1_COLUMNS,
    {
        "STAN": (0.5938, 0.3638, 0.5462, 0.3604, 0.4866, 0.3523, 0.0543, 0.4748, 0.0285),
        "VSTAN": (0.5932, 0.3636, 0.5450, 0.3602, 0.4852, 0.3521, 0.0542, 0.4741, 0.0284),
        "S-KNN": (0.5788, 0.3370, 0.5264, 0.3333, 0.4581, 0.3241, 0.0532, 0.4707, 0.0283),
        "VS-KNN": (0.5745, 0.3395, 0.5224, 0.3358, 0.4574, 0.3270, 0.0531, 0.4632, 0.0278),
        "GRU4Rec": (0.5669, 0.3237, 0.4992, 0.3190, 0.4252, 0.3091, 0.0502, 0.4559, 0.0272),
        "NARM": (0.5549, 0.3196, 0.4922, 0.3152, 0.4230, 0.3059, 0.0501, 0.4526, 0.0270),
        "CSRM": (0.5169, 0.2955, 0.4579, 0.2913, 0.3932, 0.2826, 0.0467, 0.4246, 0.0252),
        "SR-GNN": (0.4998, 0.3252, 0.4636, 0.3227, 0.4197, 0.3168, 0.0441, 0.4125, 0.0241),
        "STAMP": (0.4620, 0.2527, 0.4060, 0.2488, 0.3438, 0.2404, 0.0422, 0.3917, 0.0227),
        "AR": (0.4367, 0.2407, 0.3897, 0.2374, 0.3301, 0.2293, 0.0387, 0.3533, 0.0205),
        "SR": (0.4174, 0.2453, 0.3862, 0.2431, 0.3369, 0.2363, 0.0362, 0.3359, 0.0194),
        "NextItNet": (0.3779, 0.2038, 0.3444, 0.2015, 0.2930, 0.1944, 0.0320, 0.3051, 0.0173),
        "CT": (0.3632, 0.2305, 0.3495, 0.2295, 0.3161, 0.2248, 0.0308, 0.2902, 0.0162),
        "Markov": (0.3583, 0.2295, 0.3432, 0.2284, 0.3078, 0.2235, 0.0294, 0.2863, 0.0160),
    },
)
_LATER = _rows(
    (at(HIT_RATE, 20), at(RECALL, 20)),
    {
        "S-Walk": (0.6226, 0.4994),
        "GCE-GNN": (0.6007, 0.4841),
        "SLIST": (0.5877, 0.4724),
        "NISER+": (0.5651, 0.4630),
    },
)
P1_PUBLISHED: Mapping[str, Figures] = {**_LATER, **_IN_FULL}

P2_PUBLISHED = _rows(
    P2_COLUMNS,
    {
        "GRU4Rec, README": (0.5186, 0.2175, 0.4207, 0.2107, 0.3237, 0.1977, 0.1274),
        "GRU4Rec, BPR-max": (0.5187, 0.2131, 0.4181, 0.2060, 0.3196, 0.1928, 0.1224),
        "GRU4Rec, cross-entropy": (0.4953, 0.2012, 0.4019, 0.1947, 0.3026, 0.1814, 0.1150),
        "Torch-GRU4Rec": (0.4201, 0.1633, 0.3336, 0.1574, 0.2413, 0.1451, 0.0926),
        "KerasGRU4Rec": (0.3151, 0.1250, 0.2520, 0.1207, 0.1907, 0.1124, 0.0713),
        "Recpack GRU4Rec": (0.3226, 0.1157, 0.2461, 0.1104, 0.1757, 0.1010, 0.0618),
        "GRU4REC-pytorch": (0.0794, 0.0227, 0.0544, 0.0210, 0.0355, 0.0194, 0.0096),
    },
)
