"""What a run records of its surroundings."""

from types import SimpleNamespace

from atomscreen.campaign.funnel import default_step
from atomscreen.campaign.record import environment


def test_only_potentials_are_listed_as_potentials():
    """Phases of a hull have a digest too, and are no potential."""
    steps = [default_step(name) for name in ("relax", "stability", "interface_with_electrode")]
    found = environment(SimpleNamespace(steps=steps), seed=0)["potentials"]
    assert set(found) == {"chgnet"}
    assert found["chgnet"]["digest"] == steps[0].stage.versions(steps[0].parameters)["potential"]
