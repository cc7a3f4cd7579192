"""The shipped workflows from end to end, each on one small material."""

import pytest

from atomscreen import run_workflow
from atomscreen.sources.builtin import reference_candidates

# The material, and quantities that only the last steps give.
CASES = {
    "electrodes": ("LiCoO2", {"usable_capacity", "open_circuit_potential", "oxygen_release_temperature"}),
    "anodes": ("LiC6", {"average_voltage", "conversion_voltage", "bulk_modulus"}),
    "coatings": ("LiF", {"oxidation_limit", "interface_reaction_energy", "fracture_toughness"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_good_material_comes_through(name, tmp_path):
    material, expected = CASES[name]
    structures = tmp_path / "structures"
    structures.mkdir()
    (candidate,) = (one for one in reference_candidates() if one.id == material)
    candidate.structure().to(filename=str(structures / f"{material}.cif"))
    record = run_workflow(name, out=tmp_path / "campaign", source=f"cif:{structures}")
    (found,) = record["candidates"]
    assert found["status"] == "ranked", found["reason"] or found["failure"]
    assert expected <= {quantity["name"] for quantity in found["quantities"]}
