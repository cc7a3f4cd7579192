"""The stage: which stiffness it takes, what it carries over, and what it does with an unstable one."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.continuum.homogenisation.polycrystal_bounds import polycrystal_bounds
from atomscreen.continuum.homogenisation.random_polycrystal import bounds_of_polycrystal
from atomscreen.core.candidate import Candidate
from atomscreen.core.errors import StageFailure
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage
from tests.continuum.homogenisation.test_random_polycrystal import cubic

STABLE, SOFTER, UNSTABLE = cubic(168, 121, 75), cubic(120, 60, 40), cubic(100, 120, 50)


def candidate(*quantities):
    return Candidate("x", {"input": Structure(Lattice.cubic(4), ["Cu"], [[0, 0, 0]])}, quantities=quantities)


def stiffness(matrix, content=None, method="finite strains"):
    conditions = {} if content is None else {"ion_content": content}
    return Quantity("elastic_tensor", matrix, conditions=conditions, method=method, provenance={"strain": 0.02})


def test_values_are_those_of_the_newest_stiffness():
    found = polycrystal_bounds(candidate(stiffness(SOFTER), stiffness(STABLE)))
    expected = bounds_of_polycrystal(STABLE)
    values = {quantity.name: quantity.number for quantity in found.quantities}
    assert set(values) == get_stage("polycrystal_bounds").gives
    assert values["shear_modulus_hashin_shtrikman_lower"] == expected.hashin_shtrikman_lower.shear
    assert values["shear_modulus_hashin_shtrikman_upper"] == expected.hashin_shtrikman_upper.shear
    bulk, shear = values["bulk_modulus_self_consistent"], values["shear_modulus_self_consistent"]
    assert values["youngs_modulus_self_consistent"] == pytest.approx(9 * bulk * shear / (3 * bulk + shear))
    assert all(quantity.provenance == {"strain": 0.02} for quantity in found.quantities)
    assert all("finite strains" in quantity.method for quantity in found.quantities)


def test_every_content_has_its_own_and_an_unstable_one_a_note():
    found = polycrystal_bounds(candidate(stiffness(STABLE, 1.0), stiffness(SOFTER, 0.5), stiffness(UNSTABLE, 0.0)))
    contents = [q.conditions["ion_content"] for q in found.quantities if q.name == "shear_modulus_self_consistent"]
    assert contents == [1.0, 0.5]
    (note,) = found.notes
    assert "at ion_content 0:" in note and "-20 GPa" in note


def test_no_stable_stiffness_is_a_failure():
    with pytest.raises(StageFailure, match="not positive definite"):
        polycrystal_bounds(candidate(stiffness(UNSTABLE)))


def test_the_relative_uncertainty_is_that_of_the_hill_average_there():
    known = Quantity("shear_modulus", 40.0, 8.0, conditions={"ion_content": 1.0})
    found = polycrystal_bounds(candidate(stiffness(STABLE, 1.0), known))
    by_name = {quantity.name: quantity for quantity in found.quantities}
    shear = by_name["shear_modulus_hashin_shtrikman_upper"]
    assert shear.uncertainty == pytest.approx(0.2 * shear.number)
    assert by_name["bulk_modulus_hashin_shtrikman_upper"].uncertainty is None


def test_the_stiffness_is_not_changed():
    before = np.array(STABLE)
    polycrystal_bounds(candidate(stiffness(STABLE)))
    assert (before == STABLE).all()
