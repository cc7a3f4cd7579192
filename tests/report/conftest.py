"""A campaign's summary as it would be written: real structures, made-up numbers of plausible size."""

from __future__ import annotations

import random
from typing import Any

import pytest

from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import QUANTITIES

HOSTILE = "<script>alert(1)</script>"


def _structures() -> dict[str, Any]:
    from pymatgen.core import Lattice, Structure

    def crystal(group: str, lattice: Any, species: list[str], positions: list[list[float]]) -> Any:
        return Structure.from_spacegroup(group, lattice, species, positions)

    olivine = [[0, 0, 0], [0.21851, 0.75, 0.47603], [0.09467, 0.25, 0.41884], [0.09652, 0.25, 0.74232]]
    olivine += [[0.16569, 0.04709, 0.28614], [0.45729, 0.25, 0.20659]]
    return {
        "LiCoO2": crystal(
            "R-3m", Lattice.hexagonal(2.816, 14.05), ["Li", "Co", "O"], [[0, 0, 0.5], [0, 0, 0], [0, 0, 0.26]]
        ),
        "LiFePO4": crystal(
            "Pnma", Lattice.orthorhombic(10.45299, 6.0865, 4.75344), ["Li", "Fe", "P", "O", "O", "O"], olivine
        ),
        "Li2O": crystal("Fm-3m", Lattice.cubic(4.62), ["Li", "O"], [[0.25, 0.25, 0.25], [0, 0, 0]]),
        "LiF": crystal("Fm-3m", Lattice.cubic(4.03), ["Li", "F"], [[0.5, 0.5, 0.5], [0, 0, 0]]),
        "LiC6": crystal("P6/mmm", Lattice.hexagonal(4.305, 3.706), ["Li", "C"], [[0, 0, 0], [1 / 3, 0, 0.5]]),
    }


ROLE = {
    "LiCoO2": "cathode",
    "LiFePO4": "cathode",
    "LiC6": "anode",
    "Li2O": "solid_electrolyte",
    "LiF": "solid_electrolyte",
}
OBJECTIVES = {
    "cathode": [("average_voltage", "max", 1.0), ("energy_above_hull", "min", 1.0), ("bulk_modulus", "min", 0.5)],
    "anode": [("average_voltage", "min", 1.0), ("energy_above_hull", "min", 1.0)],
    "solid_electrolyte": [
        ("bulk_ionic_conductivity_300K", "max", 2.0),
        ("energy_above_hull", "min", 1.0),
        ("shear_modulus", "max", 1.0),
    ],
}
STEPS = ["composition", "relax", "energy_above_hull", "keep", "elasticity", "average_voltage", "diffusivity"]


def _quantities(role: str, rng: random.Random) -> list[dict[str, Any]]:
    hull = {"potential": "chgnet", "digest": "9f3c" * 16, "phases": ["Li2O", "Co3O4", "O2"], "lacking": []}
    md = {"potential": "chgnet", "supercell": [3, 3, 3], "picoseconds": 60.0, "seed": 7, "time step (fs)": 2.0}
    bulk, shear = rng.uniform(60, 160), rng.uniform(30, 90)
    stiffness = [[0.0] * 6 for _ in range(6)]
    for i in range(3):
        for j in range(3):
            stiffness[i][j] = bulk + (4 / 3 if i == j else -2 / 3) * shear
        stiffness[i + 3][i + 3] = shear
    made = {
        "composition": [
            Quantity("gravimetric_capacity_full", rng.uniform(100, 400), method="Faraday's law"),
            Quantity("charge_balanced", 1, method="bond valence"),
            Quantity("oxidation_state", 3.0, conditions={"element": "Co"}, method="bond valence"),
        ],
        "relax": [
            Quantity("energy_per_atom", rng.uniform(-7, -4), method="CHGNet 0.3.0"),
            Quantity("space_group", 166, method="spglib"),
            Quantity("lattice_a", 2.85, 0.02, method="CHGNet 0.3.0"),
        ],
        "energy_above_hull": [
            Quantity("energy_above_hull", rng.uniform(0, 0.05), 0.03, method="CHGNet 0.3.0", provenance=hull)
        ],
        "elasticity": [
            Quantity("elastic_tensor", stiffness, uncertainty=2.1, method="CHGNet 0.3.0", provenance={"strain": 0.01}),
            Quantity("bulk_modulus", bulk, 5.0, method="CHGNet 0.3.0", provenance={"strain": 0.01}),
            Quantity("shear_modulus", shear, 4.0, method="CHGNet 0.3.0", provenance={"strain": 0.01}),
        ],
    }
    if role in ("cathode", "anode"):
        level = 3.8 if role == "cathode" else 0.2
        made["average_voltage"] = [
            Quantity("average_voltage", level + rng.uniform(-0.1, 0.3), 0.1, method="CHGNet 0.3.0"),
            Quantity("volume_change", rng.uniform(-9, 2), method="CHGNet 0.3.0"),
        ]
    else:
        bound = "upper" if rng.random() < 0.25 else None
        conductivity = 10 ** rng.uniform(-8, -2)
        made["diffusivity"] = [
            Quantity("tracer_diffusivity", 10 ** rng.uniform(-7, -5), 2e-8, {"temperature": t}, "MD, CHGNet", md)
            for t in (700.0, 900.0, 1100.0)
        ]
        made["diffusivity"].append(
            Quantity(
                "bulk_ionic_conductivity_300K",
                conductivity,
                None if bound else 0.6 * conductivity,
                bound=bound,
                method="MD",
            )
        )
    return [{**quantity.as_dict(), "stage": stage} for stage, found in made.items() for quantity in found]


def _known(role: str) -> list[dict[str, Any]]:
    source = {"source": "Padhi, Nanjundaswamy, Goodenough, J. Electrochem. Soc. 144, 1188 (1997)", "note": "plateau"}
    if role == "cathode":
        found = [
            Quantity("average_voltage", 3.9, 0.05, method="literature", provenance=source),
            Quantity("band_gap", 2.7, method="literature", provenance={"source": "UV-vis"}),
        ]
        return [quantity.as_dict() for quantity in found]
    return []


def _failure(name: str) -> dict[str, Any]:
    return {
        "stage": "relax",
        "error": "StageFailure",
        "reason": "the relaxation did not converge within 500 steps (largest force 0.31 eV/Å)",
        "log": f"step 1 force 4.2\nstep 500 force 0.31\n{name}\n",
        "seconds": 41.27,
    }


def make_summary(count: int = 40, hostile: bool = False, seed: int = 3) -> dict[str, Any]:
    """Return the summary of a campaign over ``count`` candidates."""
    rng = random.Random(seed)
    structures = {name: structure.as_dict() for name, structure in _structures().items()}
    candidates: list[dict[str, Any]] = []
    names = list(structures)
    for number in range(count):
        formula = names[number % len(names)]
        role = ROLE[formula]
        status = rng.choices(["ranked", "dropped", "failed"], [0.7, 0.2, 0.1])[0] if number >= len(names) else "ranked"
        quantities = _quantities(role, rng)
        if status != "ranked":
            reached = STEPS[: 1 if status == "failed" else 3]
            quantities = [quantity for quantity in quantities if quantity["stage"] in reached]
        known_structures = {"input": structures[formula]}
        if status != "failed":
            known_structures["relaxed"] = structures[formula]
        candidates.append(
            {
                "id": f"{formula}-{number}",
                "formula": formula,
                "role": role,
                "working_ion": "Li",
                "origin": {"source": "builtin: reference", "family": "test", "licence": "CC BY 4.0"},
                "status": status,
                "left_at": {"ranked": None, "failed": 1, "dropped": 3}[status],
                "reason": {
                    "ranked": None,
                    "failed": _failure("")["reason"],
                    "dropped": "energy_above_hull is 83 ± 30 meV/atom, which '<= 50 meV/atom' refuses",
                }[status],
                "structures": known_structures,
                "quantities": quantities,
                "known": _known(role),
                "notes": ["The hull lacks a competing compound: Li-Co-P-O."] if number % 4 == 0 else [],
                "failure": _failure("") if status == "failed" else None,
            }
        )
    if hostile:
        _make_hostile(candidates)
    return _wrap(candidates, hostile)


def _make_hostile(candidates: list[dict[str, Any]]) -> None:
    bad = f"</script>{HOSTILE}<!--<img src=x onerror=alert(2)>\u2028'\"&"
    candidates[0].update(id=bad, notes=[bad], formula=bad)
    candidates[0]["quantities"][0].update(method=bad, provenance={bad: bad, "doi": f'10.1/x"onclick="{HOSTILE}'})
    candidates[0]["origin"] = {bad: {bad: bad}}
    candidates[0]["known"][0]["provenance"] = {"source": bad, "note": bad}
    failed = next(candidate for candidate in candidates if candidate["status"] == "failed")
    failed.update(id="=cmd()" + HOSTILE, reason=bad)
    failed["failure"] = {"stage": bad, "error": bad, "reason": bad, "log": bad, "seconds": 1.0}


def _ranking(role: str, candidates: list[dict[str, Any]]) -> dict[str, Any]:
    rows = []
    for candidate in candidates:
        found = {quantity["name"]: quantity for quantity in candidate["quantities"]}
        values = {
            name: {key: found[name][key] for key in ("value", "uncertainty", "unit", "bound")}
            for name, _, _ in OBJECTIVES[role]
        }
        goal = 1 if OBJECTIVES[role][0][1] == "max" else -1
        score = goal * found[OBJECTIVES[role][0][0]]["value"]
        rows.append({"id": candidate["id"], "values": values, "missing": [], "score": score, "score_uncertainty": 0.07})
    rows.sort(key=lambda row: -row["score"])
    for rank, row in enumerate(rows, 1):
        row.update(rank=rank, rank_low=max(1, rank - 2), rank_high=min(len(rows), rank + 2))
        row.update(pareto=rank % 3 == 1, pareto_probability=0.8 / rank, beats_next=0.5 + 0.4 / rank)
    return {
        "objectives": [
            {"selector": name, "quantity": name, "goal": goal, "weight": weight}
            for name, goal, weight in OBJECTIVES[role]
        ],
        "rows": rows,
    }


def _wrap(candidates: list[dict[str, Any]], hostile: bool) -> dict[str, Any]:
    count = len(candidates)
    failed = sum(candidate["status"] == "failed" for candidate in candidates)
    dropped = sum(candidate["status"] == "dropped" for candidate in candidates)
    steps = []
    entered = count
    for index, label in enumerate(STEPS):
        lost = {"relax": (0, failed), "keep": (dropped, 0)}.get(label, (0, 0))
        apart = sum(candidate["role"] != "solid_electrolyte" for candidate in candidates) // 2 if index == 6 else 0
        steps.append(
            {
                "index": index,
                "label": label,
                "kind": "keep" if label == "keep" else "stage",
                "detail": "energy_above_hull: <= 50 meV/atom" if label == "keep" else "potential: chgnet",
                "entered": entered,
                "passed": entered - sum(lost) - apart,
                "dropped": lost[0],
                "failed": lost[1],
                "passed_by": apart,
                "reused": 12 if index == 1 else 0,
                "seconds": 0.8 * 6**index / 10,
            }
        )
        entered -= sum(lost)
    roles = sorted({candidate["role"] for candidate in candidates})
    ranked = [candidate for candidate in candidates if candidate["status"] == "ranked"]
    return {
        "atomscreen": "0.1.0",
        "name": f"quickstart {HOSTILE}" if hostile else "quickstart",
        "started": "2026-03-01T09:12:00+00:00",
        "finished": "2026-03-01T09:24:31+00:00",
        "seconds": 751.3,
        "workflow": "name: quickstart\nsource: {builtin: reference}\nfunnel:\n  - composition\n"
        "  - relax: {potential: chgnet}\n"
        '  - keep: {energy_above_hull: "<= 50 meV/atom"}\nrank: {average_voltage: max}\n'
        + (HOSTILE if hostile else ""),
        "description": "Electrodes and solid electrolytes of the built-in reference set.",
        "source": {
            "description": "builtin: reference",
            "read": count + 2,
            "skipped": [
                {"name": HOSTILE if hostile else "broken.cif", "reason": "line 12: '1.2.3' is not a number"},
                {"name": "overlap.cif", "reason": "atoms overlap: Li (site 1) and O (site 3) are 0.21 Å apart"},
            ],
        },
        "steps": steps,
        "candidates": candidates,
        "rankings": {role: _ranking(role, [c for c in ranked if c["role"] == role]) for role in roles},
        "companions": [
            {
                "id": "Li",
                "formula": "Li",
                "quantities": [
                    {**Quantity("energy_per_atom", -1.8972, method="CHGNet 0.3.0").as_dict(), "stage": "relax"}
                ],
                "failure": None,
            },
            {"id": "O2", "formula": "O2", "quantities": [], "failure": _failure("")},
        ],
        "environment": {
            "python": "3.11.9",
            "platform": "Linux x86_64",
            "packages": {"chgnet": "0.4.2", "pymatgen": "2025.10.7"},
            "potentials": {"chgnet": {"label": "CHGNet 0.3.0", "digest": "sha256:" + "9f3c" * 16}},
            "seed": 0,
            "cores": 2,
        },
    }


@pytest.fixture(scope="session")
def summary() -> dict[str, Any]:
    assert all(name in QUANTITIES for objectives in OBJECTIVES.values() for name, _, _ in objectives)
    return make_summary()


@pytest.fixture(scope="session")
def hostile_summary() -> dict[str, Any]:
    return make_summary(hostile=True)


@pytest.fixture(scope="session")
def large_summary() -> dict[str, Any]:
    return make_summary(2000)
