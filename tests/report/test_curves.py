"""Which quantities become figures with how many lines, and which stay in the table."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomscreen.core import vocabulary
from atomscreen.core.quantity import Quantity
from atomscreen.core.vocabulary import CONDITIONS, CONDITIONS_BY_RATIO, QUANTITIES, Definition
from atomscreen.report.curves import curves_of, in_table
from atomscreen.report.details import group_by_origin
from atomscreen.report.lines import FEWEST_POINTS


def diffusivities(count, **conditions):
    return [
        Quantity("tracer_diffusivity", 1e-6 * t, 1e-5, conditions={"temperature": float(t), **conditions}).as_dict()
        for t in range(900, 900 - 10 * count, -10)
    ]


def at(name, value, uncertainty=None, bound=None, **conditions):
    return Quantity(name, value, uncertainty, conditions, bound=bound).as_dict()


@pytest.fixture
def define(monkeypatch):
    """Add quantities to the vocabulary."""

    def added(**definitions):
        new = {
            name: dataclasses.replace(Definition("", name, "of a test"), **rest) for name, rest in definitions.items()
        }
        for module in ("core.vocabulary", "report.wording", "report.curves"):
            monkeypatch.setattr(f"atomscreen.{module}.QUANTITIES", {**vocabulary.QUANTITIES, **new})

    return added


def test_a_quantity_at_several_temperatures_is_a_curve_in_their_order():
    points = diffusivities(FEWEST_POINTS)
    (curve,) = curves_of(points)
    (line,) = curve["lines"]
    assert line["x"] == sorted(line["x"]) and line["y"] == sorted(line["y"])
    assert not curve["y_logarithmic"], "the values span less than a decade"
    assert (curve["x_label"], curve["y_label"]) == ("temperature (K)", "tracer diffusivity (cm²/s)")
    assert line["markers"] and line["bound"] == [] and line["uncertainty"] == [1e-5] * FEWEST_POINTS
    assert in_table(points) == [], "what is drawn leaves the table"
    assert curves_of(points[1:]) == [] and in_table(points[1:]) == points[1:]


def test_each_set_of_the_other_conditions_is_a_line():
    points = [
        at("cell_capacity", 10.0 * content - rate, c_rate=rate, ion_content=content)
        for content in (1.0, 0.5, 0.75)
        for rate in (4.0, 0.1, 1.0, 2.0)
    ]
    (curve,) = curves_of(points)
    assert [line["label"] for line in curve["lines"]] == ["ion content 0.5", "ion content 0.75", "ion content 1"]
    assert [line["step"] for line in curve["lines"]] == [0.0, 0.5, 1.0]
    assert all(line["x"] == [0.1, 1.0, 2.0, 4.0] for line in curve["lines"])
    assert curve["lines"][0]["y"] == [4.9, 4.0, 3.0, 1.0]
    assert curve["x_logarithmic"] and curve["x_label"] == "C rate" and curve["caption"] == ""
    assert in_table(points) == []


def test_a_condition_that_all_lines_share_is_the_caption():
    points = diffusivities(4, ion_content=0.5)
    (curve,) = curves_of(points)
    assert curve["caption"] == "ion content 0.5" and curve["title"] == "tracer diffusivity, ion content 0.5"
    assert [(line["label"], line["step"]) for line in curve["lines"]] == [("tracer diffusivity", None)]


def test_where_the_condition_it_varies_with_hardly_varies_another_is_the_abscissa():
    points = [
        at("tracer_diffusivity", 1e-9 * temperature * content, temperature=temperature, ion_content=content)
        for temperature in (300.0, 400.0)
        for content in (0.2, 0.4, 0.6, 0.8)
    ]
    (curve,) = curves_of(points)
    assert curve["x_label"] == "ion content" and not curve["x_logarithmic"]
    assert [line["label"] for line in curve["lines"]] == ["temperature 300 K", "temperature 400 K"]


def test_a_short_line_is_drawn_with_a_long_one_but_not_alone():
    points = [*diffusivities(4, ion_content=0.5), *diffusivities(1, ion_content=1.0)]
    (curve,) = curves_of(points)
    assert [len(line["x"]) for line in curve["lines"]] == [4, 1] and in_table(points) == []
    short = [*diffusivities(2, ion_content=0.5), *diffusivities(2, ion_content=1.0)]
    assert curves_of(short) == [] and in_table(short) == short


def test_bounds_keep_their_side():
    points = [at("tracer_diffusivity", 1e-8, bound="upper", temperature=1e3), *diffusivities(3)]
    (curve,) = curves_of(points)
    assert curve["lines"][0]["bound"] == [None, None, None, "upper"]
    assert curve["lines"][0]["uncertainty"] == [1e-5, 1e-5, 1e-5, None]
    assert curve["y_logarithmic"] and curve["by_ratio"]


def test_a_spectrum_stands_over_its_abscissa():
    grid = at("phonon_frequencies", [1.0, 2.0, 3.0])
    density = at("phonon_density_of_states", [0.5, 1.5, 1.0])
    (curve,) = curves_of([density, grid])
    (line,) = curve["lines"]
    assert (line["x"], line["y"]) == ([1.0, 2.0, 3.0], [0.5, 1.5, 1.0]) and line["step"] is None
    assert curves_of([density]) == [] and in_table([density, grid]) == []


def test_a_list_of_numbers_that_is_no_curve_stays_in_the_table(define):
    define(borders={"shape": (None,)})
    borders = [at("borders", [0.1, 0.9], temperature=300.0), at("borders", [], temperature=900.0)]
    assert curves_of(borders) == [] and in_table(borders) == borders
    (group,) = group_by_origin(borders, known=())
    assert [[entry["text"] for row in matrix["rows"] for entry in row] for matrix in group["matrices"]] == [
        ["0.100", "0.900"],
        [],
    ]


def discharges(*names, rates=(2.0, 1.0)):
    return [
        at(name, [value / rate for value in values], c_rate=rate)
        for rate in rates
        for name, values in zip(names, ([0.0, 1.0, 2.0], [4.0, 3.5, 3.0]), strict=True)
    ]


def test_spectra_of_several_rates_are_lines_of_one_figure_in_their_order():
    found = discharges("cell_discharge_capacities", "cell_discharge_voltages")
    (curve,) = curves_of(found)
    slow, fast = curve["lines"]
    assert (slow["label"], fast["label"]) == ("C rate 1", "C rate 2") and (slow["step"], fast["step"]) == (0.0, 1.0)
    assert (slow["x"], fast["x"]) == ([0.0, 1.0, 2.0], [0.0, 0.5, 1.0])
    assert curves_of(found[1:3]) == [], "an abscissa of another rate is none"


def test_an_abscissa_under_fewer_conditions_serves_all(define):
    define(
        radii={"unit": "µm", "shape": (None,)},
        stress={"unit": "MPa", "shape": (None,), "against": "radii", "varies_with": "time"},
    )
    values = [at("radii", [0.0, 1.0], c_rate=rate) for rate in (1.0, 2.0)]
    values += [at("stress", [t, -t], c_rate=rate, time=t) for rate in (1.0, 2.0) for t in (600.0, 60.0)]
    slow, fast = curves_of(values)
    assert (slow["caption"], fast["caption"]) == ("C rate 1", "C rate 2"), "only times share a figure"
    assert [line["label"] for line in slow["lines"]] == ["time 60 s", "time 600 s"]
    assert slow["lines"][0]["y"] == [60.0, -60.0] and slow["x_label"] == "radii (µm)"


def test_what_is_compared_with_a_curve_is_drawn_beside_it():
    base = discharges("base_cell_capacities", "base_cell_voltages", rates=(1.0,))
    own = discharges("cell_discharge_capacities", "cell_discharge_voltages", rates=(1.0,))
    (curve,) = curves_of([*base, *own])
    assert curve["name"] == "cell_discharge_voltages" and curve["caption"] == "C rate 1"
    assert [(line["label"], line["beside"], line["step"]) for line in curve["lines"]] == [
        ("cell discharge voltages", 0, None),
        ("base cell voltages", 1, None),
    ]
    (alone,) = curves_of(base)
    assert alone["name"] == "base_cell_voltages", "without what it is compared with it has its own figure"


def test_lines_of_the_same_conditions_have_the_same_colour():
    base = discharges("base_cell_capacities", "base_cell_voltages", rates=(2.0, 3.0))
    own = discharges("cell_discharge_capacities", "cell_discharge_voltages")
    (curve,) = curves_of([*base, *own])
    assert [(line["label"], line["beside"], line["step"]) for line in curve["lines"]] == [
        ("C rate 1", 0, 0.0),
        ("C rate 2", 0, 0.5),
        ("base cell voltages, C rate 2", 1, 0.5),
        ("base cell voltages, C rate 3", 1, 1.0),
    ]


def test_a_number_beside_a_curve_is_a_level_line_and_stays_in_the_table(define):
    define(radius={"unit": "µm", "varies_with": "c_rate"}, base_radius={"unit": "µm", "beside": "radius"})
    level = at("base_radius", 5.0, 1.0)
    points = [at("radius", 10.0 / rate, c_rate=rate) for rate in (1.0, 2.0, 4.0, 8.0)]
    (curve,) = curves_of([level, *points])
    drawn = curve["lines"][1]
    assert (drawn["label"], drawn["x"], drawn["y"], drawn["uncertainty"]) == (
        "base radius",
        [1.0, 8.0],
        [5.0, 5.0],
        [1.0, 1.0],
    )
    assert not drawn["markers"] and in_table([level, *points]) == [level]
    assert curves_of([level]) == [] and in_table([level]) == [level]


def test_the_vocabulary_sets_beside_each_other_only_what_can_share_axes():
    for name, definition in QUANTITIES.items():
        if definition.beside is None:
            continue
        other = QUANTITIES[definition.beside]
        assert other.beside is None and other.unit == definition.unit, name
        assert definition.varies_with in (other.varies_with, None), name
        if definition.shape:
            assert definition.shape == other.shape == (None,), name
            units = [QUANTITIES[against].unit for against in (definition.against, other.against)]
            assert units[0] == units[1], name
    assert all(CONDITIONS[name] is not None for name in CONDITIONS_BY_RATIO)


def test_texts_and_tensors_are_no_curves():
    states = [at("oxidation_state", 2, element=e) for e in ("Fe", "Co", "Ni", "Mn", "O")]
    assert curves_of(states) == [] and in_table(states) == states
    tensor = [at("elastic_tensor", [[0.0] * 6] * 6, ion_content=content) for content in (0.0, 0.25, 0.5, 1.0)]
    assert curves_of(tensor) == [] and in_table(tensor) == tensor


@given(
    st.lists(
        st.tuples(st.sampled_from([300.0, 400.0, 500.0, 600.0]), st.sampled_from([0.1, 0.5, 0.9, None])), unique=True
    )
)
def test_every_number_is_either_drawn_or_in_the_table(places):
    quantities = [
        at("tracer_diffusivity", 1e-8 + 1e-12 * n, temperature=t, **({} if x is None else {"ion_content": x}))
        for n, (t, x) in enumerate(places)
    ]
    drawn = sum(len(line["x"]) for curve in curves_of(quantities) for line in curve["lines"])
    assert drawn + len(in_table(quantities)) == len(quantities)
