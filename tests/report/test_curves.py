"""Which quantities become curves, and which stay in the table."""

from atomscreen.core.quantity import Quantity
from atomscreen.report.curves import FEWEST_POINTS, curves_of, in_table


def diffusivities(count):
    return [
        Quantity("tracer_diffusivity", 1e-6 * t, 1e-5, conditions={"temperature": float(t)}).as_dict()
        for t in range(900, 900 - 10 * count, -10)
    ]


def test_a_quantity_at_several_temperatures_is_a_curve_in_their_order():
    points = diffusivities(FEWEST_POINTS)
    (curve,) = curves_of(points)
    assert curve["x"] == sorted(curve["x"]) and curve["y"] == sorted(curve["y"])
    assert not curve["logarithmic"], "the values span less than a decade"
    assert (curve["x_label"], curve["y_label"]) == ("temperature (K)", "tracer diffusivity (cm²/s)")
    assert in_table(points) == [], "what is drawn leaves the table"
    assert curves_of(points[1:]) == [] and in_table(points[1:]) == points[1:]


def test_a_spectrum_stands_over_its_abscissa():
    grid = Quantity("phonon_frequencies", [1.0, 2.0, 3.0]).as_dict()
    density = Quantity("phonon_density_of_states", [0.5, 1.5, 1.0]).as_dict()
    (curve,) = curves_of([density, grid])
    assert (curve["x"], curve["y"]) == ([1.0, 2.0, 3.0], [0.5, 1.5, 1.0]) and not curve["markers"]
    assert curves_of([density]) == [] and in_table([density, grid]) == []


def test_curves_of_several_rates_stand_apart_and_say_theirs():
    def of_rate(name, values, rate):
        return Quantity(name, values, conditions={"c_rate": rate}).as_dict()

    discharges = [
        of_rate(name, [value / rate for value in values], rate)
        for rate in (1.0, 2.0)
        for name, values in (
            ("cell_discharge_capacities", [0.0, 1.0, 2.0]),
            ("cell_discharge_voltages", [4.0, 3.5, 3.0]),
        )
    ]
    slow, fast = curves_of(discharges)
    assert slow["title"] == "cell discharge voltages, c rate 1" and fast["title"].endswith("c rate 2")
    assert (slow["x"], fast["x"]) == ([0.0, 1.0, 2.0], [0.0, 0.5, 1.0])
    assert curves_of(discharges[1:3]) == [], "an abscissa of another rate is none"


def test_texts_and_tensors_are_no_curves():
    states = [
        Quantity("oxidation_state", 2, conditions={"element": e}).as_dict() for e in ("Fe", "Co", "Ni", "Mn", "O")
    ]
    assert curves_of(states) == [] and in_table(states) == states
