import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate
from atomscreen.core.identity import candidate_digest, canonical, result_key, structure_digest
from atomscreen.core.quantity import Quantity
from atomscreen.core.stages import get_stage


def rock_salt(edge=4.2):
    return Structure(Lattice.cubic(edge), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_the_canonical_text_is_fixed():
    # Written down: a change of this text would make every stored result unfindable.
    assert canonical({"b": (1, 2.5), "a": None, "c": {"y": True}}) == '{"a":null,"b":[1,2.5],"c":{"y":true}}'
    assert structure_digest(rock_salt()) == "f1b091c3ded9eb88f4f6cc98eac9b7009f7943838ee8b027e1c962f69601b54f"


def test_digest_is_the_same_in_another_process():
    code = (
        "from pymatgen.core import Lattice, Structure; from atomscreen.core.identity import structure_digest;"
        "print(structure_digest(Structure(Lattice.cubic(4.2), ['Mg', 'O'], [[0, 0, 0], [0.5, 0.5, 0.5]])))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert out.stdout.strip() == structure_digest(rock_salt())


@given(st.floats(-1e-10, 1e-10))
def test_noise_below_a_hundredth_of_a_picometre_does_not_count(noise):
    moved = Structure(Lattice.cubic(4.2), ["Mg", "O"], [[noise / 10, 0, -0.0], [0.5, 0.5, 0.5]])
    assert structure_digest(moved) == structure_digest(rock_salt())


@pytest.mark.parametrize("change", [1e-6, 1e-3])
def test_a_real_difference_counts(change):
    assert structure_digest(rock_salt(4.2 + change)) != structure_digest(rock_salt())


def test_name_and_origin_do_not_count_but_what_the_stage_sees_does():
    stage = get_stage("relax")
    parameters = stage.check({})
    one = Candidate("a", {"input": rock_salt()}, origin={"source": "x"})
    two = Candidate("b", {"input": rock_salt()}, quantities=(Quantity("density", 1.0),), working_ion="Li")
    key = result_key(stage, parameters, one)
    assert key == result_key(stage, parameters, two)
    assert key != result_key(stage, stage.check({"max_force": 0.01}), one)
    assert key != result_key(stage, stage.check({"potential": "chgnet-r2scan"}), one)
    assert key != result_key(stage, parameters, Candidate("a", {"input": rock_salt(4.3)}))
    assert candidate_digest(two) != candidate_digest(one)


def test_companions_count_in_any_order():
    stage = get_stage("relax")
    parameters = stage.check({})
    candidate = Candidate("a", {"input": rock_salt()})
    others = [Candidate(str(edge), {"input": rock_salt(edge)}) for edge in np.linspace(4.3, 4.5, 3)]
    assert result_key(stage, parameters, candidate, others) == result_key(stage, parameters, candidate, others[::-1])
    assert result_key(stage, parameters, candidate, others) != result_key(stage, parameters, candidate, others[:2])
