import pytest

from atomscreen.campaign.workflow import parse_workflow, read_workflow, workflow_names
from atomscreen.core.errors import UsageError
from atomscreen.core.vocabulary import Role

GOOD = """\
name: test
role: [cathode, solid_electrolyte]
working_ion: Li
source: {builtin: reference}
funnel:
  - composition
  - keep: {gravimetric_capacity_full: ">= 100 mAh/g", for: cathode}
  - relax: {max_force: 20, units: meV/Å}
  - top: {count: 3, by: density, goal: min}
  - diffusivity: {temperatures: [700, "627 degC", 1100], for: solid_electrolyte}
rank:
  cathode: {gravimetric_capacity_full: max}
  solid_electrolyte: {bulk_ionic_conductivity_300K: {goal: max, weight: 2}, density: min}
"""


@pytest.mark.parametrize("name", workflow_names())
def test_every_shipped_workflow_is_in_order(name):
    workflow = read_workflow(name)
    assert workflow.name == name and workflow.description and workflow.steps


def test_a_workflow_is_read_whole():
    workflow = parse_workflow(GOOD)
    assert workflow.roles == (Role.CATHODE, Role.SOLID_ELECTROLYTE) and workflow.working_ions == ("Li",)
    assert workflow.steps[2].parameters["max_force"] == pytest.approx(0.02)
    assert workflow.steps[4].parameters["temperatures"] == pytest.approx((700, 900.15, 1100))
    assert workflow.steps[4].applies_to(Role.SOLID_ELECTROLYTE) and not workflow.steps[4].applies_to(Role.CATHODE)
    assert workflow.rankings[Role.SOLID_ELECTROLYTE][0].weight == 2.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- composition", "- compositon", r"line 6: unknown stage 'compositon'; did you mean 'composition'\?"),
        ("max_force:", "fmax:", "line 8: stage 'relax' has no parameter 'fmax'"),
        ("units: meV/Å", "units: K", "line 8: parameter 'max_force' of stage 'relax': 'K' is not a unit of eV/Å"),
        ("100 mAh/g", "100 GPa", "line 7: criterion of 'gravimetric_capacity_full': 'GPa' is not a unit of mAh/g"),
        ("100 mAh/g", "100", "line 7: criterion of 'gravimetric_capacity_full': '100' lacks its unit"),
        (">= 100", "about 100", "line 7: criterion 'about 100 mAh/g' of .* begins with none of"),
        ("by: density", "by: densiti", "line 9: unknown quantity 'densiti'; did you mean 'density'"),
        ("by: density", "by: average_voltage", "line 9: 'top' compares 'average_voltage', which no earlier step gives; put 'voltage'"),
        ("by: density,", "by: average_voltage, for: solid_electrolyte,", "which no earlier step gives; no stage gives it for solid_electrolyte"),
        ("by: density", "by: elastic_tensor", "line 9: 'elastic_tensor' is a tensor"),
        ("by: density", "by: tracer_diffusivity", "line 9: 'tracer_diffusivity' has a value for each temperature"),
        ("count: 3", "count: 0", "line 9: 'top' needs a count of 1 or more"),
        ("- relax: {max_force: 20, units: meV/Å}", "- elasticity", "line 8: stage 'elasticity' needs 'relaxed', which no earlier step gives; put 'relax'"),
        ("goal: max, weight: 2", "goal: most", "line 13: a goal is 'max' or 'min', not 'most'"),
        ("weight: 2", "weight: -1", "line 13: the weight of"),
        ("cathode: {gravimetric_capacity_full: max}", "cathode: {average_voltage: max}", "line 12: the ranking compares 'average_voltage'"),
        ("role: [cathode, solid_electrolyte]", "role: cathod", "line 2: unknown role 'cathod'; did you mean 'cathode'"),
        ("working_ion: Li", "working_ion: Lithium", "line 3: 'Lithium' is not the symbol"),
        ("source: {builtin: reference}", "source: {cif: /no/such/folder}", "line 4: there is no file or folder"),
        ("source: {builtin: reference}", "handof: [pybamm]", "line 4: unknown key 'handof'"),
        ("name: test", "name: ../../etc", "line 1: the name '../../etc' cannot be a folder's name"),
        ("for: solid_electrolyte}", "for: anode}", "line 10: stage 'diffusivity' applies to none of the roles"),
        ("for: cathode}", "for: anode}", "line 7: 'keep' applies to none of the roles cathode, solid_electrolyte"),
        ("funnel:", "funnel: [", "not valid YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_remedy(old, new, message):
    assert old in GOOD
    with pytest.raises(UsageError, match=message) as caught:
        parse_workflow(GOOD.replace(old, new, 1), "my.yaml")
    assert str(caught.value).startswith("my.yaml") and "\n" not in str(caught.value)


def test_nothing_in_a_workflow_is_evaluated(tmp_path):
    trap = tmp_path / "trap"
    evil = f"__import__('pathlib').Path('{trap}').touch()"
    for text in (
        GOOD.replace(">= 100 mAh/g", f">= {evil}"),
        GOOD.replace("name: test", f'name: !!python/object/apply:os.system ["touch {trap}"]'),
    ):
        with pytest.raises(UsageError):
            parse_workflow(text)
    assert not trap.exists()


def test_a_missing_workflow_offers_the_near_ones():
    with pytest.raises(UsageError, match="did you mean 'quickstart'"):
        read_workflow("quickstrat")
    with pytest.raises(UsageError, match="no workflow file"):
        read_workflow("nowhere/x.yaml")
