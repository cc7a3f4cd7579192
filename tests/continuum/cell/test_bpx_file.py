"""A BPX file is valid, carries the cell it was made from, and PyBaMM discharges it as it does the set itself."""

import copy
import json
import warnings

import bpx
import numpy as np
import pybamm
import pytest

from atomscreen.continuum.cell import bpx_file
from atomscreen.continuum.cell.bpx_file import bpx_document, write_bpx
from atomscreen.continuum.cell.pybamm_parameters import pybamm_parameters
from atomscreen.continuum.incomplete import HandoffIncomplete
from atomscreen.continuum.record import handoff_record
from atomscreen.core.errors import UsageError
from tests.continuum.examples import candidate_with, graphite, lithium_cobalt_oxide, lithium_iron_phosphate

MATERIALS = {"licoo2": lithium_cobalt_oxide, "lifepo4": lithium_iron_phosphate, "graphite": graphite}


@pytest.fixture(scope="module")
def documents():
    return {name: bpx_document(make()) for name, make in MATERIALS.items()}


def loaded(document):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydantic deprecations inside PyBaMM's reader
        return pybamm.ParameterValues.create_from_bpx_obj(copy.deepcopy(document))


def discharge(values, model, options=None):
    simulation = pybamm.Simulation(getattr(pybamm.lithium_ion, model)(options), parameter_values=values, C_rate=1.0)
    return simulation.solve([0, 5400], t_interp=np.linspace(0, 5400, 1001))


def difference(one, other):
    """Return the relative difference of capacities, and the root mean square of voltages in V at common capacities."""
    (q, v), (q2, v2) = ((run["Discharge capacity [A.h]"].entries, run["Voltage [V]"].entries) for run in (one, other))
    # In the last per cent the voltage falls so steeply that the capacity alone is worth comparing.
    common = np.linspace(0, 0.99 * min(q[-1], q2[-1]), 200)
    return abs(q2[-1] / q[-1] - 1), np.sqrt(np.mean((np.interp(common, q, v) - np.interp(common, q2, v2)) ** 2))


@pytest.mark.parametrize("name", MATERIALS)
def test_single_particles_discharge_alike(documents, name):
    values = pybamm_parameters(MATERIALS[name]()).values
    capacity, voltage = difference(discharge(values, "SPM"), discharge(loaded(documents[name]), "SPM"))
    # Left is the error of linear tables, some hundred points each.
    assert capacity < 1e-3 and voltage < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", MATERIALS)
@pytest.mark.parametrize(("base", "tolerance"), [("Ai2020", 5e-3), ("OKane2022", 1e-3), ("Chen2020", 1e-3)])
def test_porous_electrodes_discharge_alike(name, base, tolerance):
    # Ai2020's thermodynamic factor changes with concentration, for which BPX has no place: millivolts.
    values = pybamm_parameters(MATERIALS[name](), base).values
    theirs = loaded(bpx_document(MATERIALS[name](), base))
    capacity, voltage = difference(discharge(values, "DFN"), discharge(theirs, "DFN"))
    assert capacity < 5e-3 and voltage < tolerance


def test_particle_mechanics_run_from_the_file(documents):
    values = loaded(documents["licoo2"])
    for mechanics in ("swelling only", "swelling and cracking"):
        solution = discharge(values, "SPM", {"particle mechanics": mechanics})
        assert np.abs(solution["X-averaged positive particle surface tangential stress [Pa]"].entries).max() > 1e5


def test_what_pybamm_reads_is_what_went_in(documents):
    ours, theirs = pybamm_parameters(graphite()).values, loaded(documents["graphite"])
    for name in (
        "Maximum concentration in negative electrode [mol.m-3]",
        "Negative electrode active material volume fraction",
        "Negative electrode porosity",
        "Negative electrode Bruggeman coefficient (electrolyte)",
        "Positive electrode critical stress [Pa]",
        "Nominal cell capacity [A.h]",
        "Initial concentration in negative electrode [mol.m-3]",
        "Initial concentration in positive electrode [mol.m-3]",
        "Open-circuit voltage at 0% SOC [V]",
    ):
        assert theirs[name] == pytest.approx(ours[name], rel=1e-9), name
    electrode = documents["graphite"]["Parameterisation"]["Negative electrode"]
    # Of the example: from 30 kJ/mol at 0.1 to 35 kJ/mol at 0.9, constant beyond.
    assert electrode["Diffusivity activation energy [J.mol-1]"] == pytest.approx(32500, rel=1e-3)
    # Radii are those of the assembled, empty particle, in whose smaller volume the ions of the full one are denser.
    concentration = 31000 / (1 - 0.105)
    # Ai2020: j0 = 1e-11 F √(c_e c (c_max − c)), which is BPX's form with K = 1e-11 √c_e c_max.
    assert electrode["Reaction rate constant [mol.m-2.s-1]"] == pytest.approx(
        1e-11 * 1000**0.5 * concentration, rel=1e-6
    )
    assert electrode["Reaction rate constant activation energy [J.mol-1]"] == pytest.approx(5000, rel=1e-6)


def test_means_and_curves_of_mechanics_are_user_defined(documents):
    user = documents["graphite"]["Parameterisation"]["User-defined"]
    # Linear in the logarithm: from 32 to 58 to 109 GPa.
    halves = [(b - a) / np.log(b / a) for a, b in ((32e9, 58e9), (58e9, 109e9))]
    assert user["Negative electrode Young's modulus [Pa]"] == pytest.approx(np.mean(halves), rel=1e-4)
    whole = user["Negative electrode Young's modulus against stoichiometry [Pa]"]
    assert np.interp(0.5, whole["x"], whole["y"]) == pytest.approx(58e9)
    # The mean of dv/dx over x is the whole change.
    mean = user["Negative electrode partial molar volume [m3.mol-1]"]
    assert mean * 31000 == pytest.approx(0.105, rel=0.15)
    assert user["Thermodynamic factor"] == pytest.approx((0.601 - 0.24 + 0.982) / (1 - 0.38))


def test_the_header_says_what_is_from_where(documents):
    header = documents["lifepo4"]["Header"]
    assert "LiFePO4" in header["Title"] and "Ai2020" in header["Title"]
    for words in (
        "Positive electrode OCP [V]: material, example.",
        "Positive electrode OCP entropic change [V.K-1]: set to zero",
        "Whatever is not named here is that set's",
        "Exchange current of the positive electrode: K = ",
        "means over stoichiometry",
        "take the particles as uniform",
    ):
        assert words in header["Description"]
    assert "take the particles as uniform" not in documents["licoo2"]["Header"]["Description"]


def test_an_exchange_current_of_another_form_is_fitted_and_its_misfit_said(monkeypatch):
    def flat(c_e, c_s_surf, c_s_max, temperature):
        return 2.0 * (c_e / 1000) ** 0.5 * (c_s_surf / c_s_max) ** 0.6

    whole = bpx_file.pybamm_parameters

    def other(electrode, base):
        parameters = whole(electrode, base)
        parameters.values["Positive electrode exchange-current density [A.m-2]"] = flat
        return parameters

    monkeypatch.setattr(bpx_file, "pybamm_parameters", other)
    document = bpx_document(lithium_cobalt_oxide())
    electrode = document["Parameterisation"]["Positive electrode"]
    x = np.linspace(0.05, 0.95, 91)
    ratios = 2.0 * x**0.1 / np.sqrt(1 - x) / 96485.33212
    rate = np.exp(np.log(ratios).mean())
    assert electrode["Reaction rate constant [mol.m-2.s-1]"] == pytest.approx(rate, rel=1e-6)
    assert f"by up to {np.abs(ratios / rate - 1).max():.1%}" in document["Header"]["Description"]


def test_a_record_s_file_is_written_and_validates(tmp_path):
    record = handoff_record(candidate_with(lithium_cobalt_oxide()))
    (path,) = write_bpx(record, tmp_path, "OKane2022")
    assert path == tmp_path / f"{record.material.id}.bpx.json"
    assert bpx.parse_bpx_file(path).header.title == f"{record.material.formula} (material) in the cell of OKane2022"
    assert json.loads(path.read_text())["Header"]["BPX"] == bpx_file.VERSION
    with pytest.raises(HandoffIncomplete, match="fracture_toughness"):
        write_bpx(handoff_record(candidate_with(graphite(), without="fracture_toughness")), tmp_path, "Ai2020")


def test_bad_input_is_refused():
    with pytest.raises(UsageError, match="Nobody2000"):
        bpx_document(graphite(), "Nobody2000")
