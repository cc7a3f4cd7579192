"""Materials of the built-in set by their ids."""

import pytest

from atomscreen.core.errors import UsageError
from atomscreen.sources.open import check_source, load_candidates


def test_materials_are_named_with_commas_between():
    found = load_candidates({"builtin": "LiFePO4, LiC6,Li6PS5Cl"})
    assert {candidate.id for candidate in found} == {"LiFePO4", "LiC6", "Li6PS5Cl"}
    assert {str(candidate.origin["source"]) for candidate in found} == {"builtin:reference"}
    assert [one.id for one in load_candidates("builtin:LiCoO2")] == ["LiCoO2"]


@pytest.mark.parametrize("where", ["LiFePO5", "LiFePO4, LiC", "", "reference, LiC6"])
def test_an_id_that_there_is_not_is_refused(where):
    with pytest.raises(UsageError, match="no built-in set or material"):
        check_source({"builtin": where})


def test_near_ids_are_offered():
    with pytest.raises(UsageError, match="LiFePO4"):
        check_source("builtin:LiFePO")
