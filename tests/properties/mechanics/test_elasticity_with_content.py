"""Elasticity at several contents: toy electrodes of metals in which one metal plays the working ion."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.scratch import scratch_folder
from atomscreen.interatomic.relaxation import relax_structure
from atomscreen.properties.mechanics import elasticity_with_content as module
from atomscreen.properties.mechanics.elasticity import elasticity
from atomscreen.properties.mechanics.elasticity_with_content import elasticity_with_content

EMT = "ase.calculators.emt:EMT"
EDGE = [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]


def alloy(*symbols):
    return relax_structure(Structure(Lattice.cubic(3.9), symbols, EDGE), EMT, max_force=1e-4).structure


@pytest.fixture(scope="module")
def electrode():
    ends = {
        "intercalated@0": alloy("Pt", "Pt", "Pt", "Pt"),
        "intercalated@0.5": alloy("Cu", "Cu", "Pt", "Pt"),
        "intercalated@1": alloy("Cu", "Cu", "Cu", "Cu"),
    }
    return Candidate("toy", {"input": ends["intercalated@1"], **ends}, working_ion="Cu")


def numbers(results, name):
    return {q.conditions.get("ion_content"): q.number for q in results.quantities if q.name == name}


def test_each_content_has_what_elasticity_gives(electrode):
    results = elasticity_with_content(electrode, potential=EMT)
    for content in (0.0, 0.5, 1.0):
        alone = Candidate(
            "x", {"input": electrode.structure(), "relaxed": electrode.structure(f"intercalated@{content:g}")}
        )
        expected = {quantity.name: quantity for quantity in elasticity(alone, potential=EMT).quantities}
        for name in ("bulk_modulus", "shear_modulus", "youngs_modulus", "poisson_ratio", "universal_anisotropy"):
            assert numbers(results, name)[content] == pytest.approx(expected[name].number, rel=1e-9)
    young = numbers(results, "youngs_modulus")
    assert numbers(results, "youngs_modulus_change") == {None: pytest.approx(100 * (young[0.0] / young[1.0] - 1))}
    assert results.notes == ()
    with_all = electrode.with_results(results)
    assert with_all.find("youngs_modulus") is None  # the plain one is that of the relaxed electrode
    assert with_all.quantity("youngs_modulus", ion_content=0.5).number == young[0.5]


def test_unstable_and_unusable_contents_are_noted_and_the_others_kept(electrode):
    body_centred = relax_structure(Structure(Lattice.cubic(2.87), ["Cu"] * 2, [[0, 0, 0], [0.5, 0.5, 0.5]]), EMT)
    strained = electrode.structure("intercalated@0.5").copy()
    strained.scale_lattice(1.05 * strained.volume)
    other = {"intercalated@0": body_centred.structure, "intercalated@0.5": strained}
    results = elasticity_with_content(Candidate("toy", {**electrode.structures, **other}), potential=EMT)
    assert set(numbers(results, "youngs_modulus")) == {1.0}
    assert numbers(results, "elastically_stable") == {0.0: 0.0, 1.0: 1.0}
    assert numbers(results, "youngs_modulus_change") == {}
    assert any("At ion content 0: The stiffness is not positive definite" in note for note in results.notes)
    assert any("no moduli at ion content 0.5: the relaxed cell has a stress" in note for note in results.notes)


def test_electrode_without_any_moduli_is_a_failure(electrode):
    strained = electrode.structure().copy()
    strained.scale_lattice(1.05 * strained.volume)
    with pytest.raises(StageFailure, match="relax it with the same potential first"):
        elasticity_with_content(Candidate("toy", {"input": strained, "intercalated@1": strained}), potential=EMT)


def test_finished_contents_are_not_computed_again(electrode, tmp_path, monkeypatch):
    with scratch_folder(tmp_path / "job"):
        first = elasticity_with_content(electrode, potential=EMT)
        monkeypatch.setattr(module, "stiffness_of", None)
        again = elasticity_with_content(electrode, potential=EMT)
    assert [q.as_dict() for q in again.quantities] == [q.as_dict() for q in first.quantities]
    assert np.allclose(first.quantities[0].value, again.quantities[0].value, rtol=0, atol=0)
