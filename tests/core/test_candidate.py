import dataclasses

import pytest
from pymatgen.core import Lattice, Structure

from atomscreen.core.candidate import Candidate, Results
from atomscreen.core.errors import UsageError
from atomscreen.core.identity import candidate_digest
from atomscreen.core.quantity import Quantity

STRUCTURE = Structure(Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def test_results_make_a_new_candidate_and_leave_the_old_one():
    candidate = Candidate("MgO", {"input": STRUCTURE})
    richer = candidate.with_results(Results((Quantity("density", 3.6),), {"relaxed": STRUCTURE}, ("a note",)))
    assert candidate.quantities == () and set(candidate.structures) == {"input"}
    assert richer.quantity("density").number == 3.6 and richer.notes == ("a note",)
    with pytest.raises(dataclasses.FrozenInstanceError):
        candidate.id = "other"


def test_the_newest_quantity_with_matching_conditions_is_found():
    values = tuple(Quantity("tracer_diffusivity", t * 1e-8, conditions={"temperature": t}) for t in (700, 900))
    candidate = Candidate(
        "x", {"input": STRUCTURE}, quantities=(*values, Quantity("density", 1), Quantity("density", 2))
    )
    assert candidate.quantity("density").number == 2
    assert candidate.quantity("tracer_diffusivity", temperature=700.0).number == pytest.approx(7e-6)
    with pytest.raises(UsageError, match="at temperature 800"):
        candidate.quantity("tracer_diffusivity", temperature=800.0)


def test_a_stage_sees_only_what_it_names():
    candidate = Candidate(
        "x", {"input": STRUCTURE, "relaxed": STRUCTURE}, working_ion="Li", quantities=(Quantity("density", 1),)
    )
    seen = candidate.seen_by_stage({"density"})
    assert set(seen.structures) == {"input"} and seen.working_ion is None and seen.find("density")


@pytest.mark.parametrize(
    ("structures", "message"), [({}, "no structure 'input'"), ({"input": STRUCTURE, "rlx": STRUCTURE}, "'rlx' is not")]
)
def test_structures_have_names_of_the_vocabulary(structures, message):
    with pytest.raises(UsageError, match=message):
        Candidate("x", structures)


def test_a_value_at_an_unusual_condition_is_not_found_unasked():
    half = Quantity("bulk_modulus", 50.0, conditions={"ion_content": 0.5})
    candidate = Candidate("x", {"input": STRUCTURE}, quantities=(Quantity("bulk_modulus", 80.0), half))
    assert candidate.quantity("bulk_modulus").number == 80.0
    assert candidate.quantity("bulk_modulus", ion_content=0.5).number == 50.0


def test_structures_of_a_kind_are_told_apart_and_seen_together():
    several = {"input": STRUCTURE, "intercalated@0.5": STRUCTURE, "intercalated@0.25": STRUCTURE, "relaxed": STRUCTURE}
    candidate = Candidate("x", several)
    assert set(candidate.seen_by_stage({"intercalated"}).structures) == {
        "input",
        "intercalated@0.5",
        "intercalated@0.25",
    }
    assert candidate_digest(candidate) != candidate_digest(Candidate("x", {"input": STRUCTURE, "relaxed": STRUCTURE}))
    with pytest.raises(UsageError, match="not a structure"):
        Candidate("x", {"input": STRUCTURE, "interkalated@0.5": STRUCTURE})
