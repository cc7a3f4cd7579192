"""The registry: names and import paths, digests without torch, missing packages and weights, the checker."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from pydantic import ValidationError
from pymatgen.core import Lattice, Structure

from atomscreen.core.errors import StructureRefused, UsageError
from atomscreen.interatomic import potentials
from atomscreen.interatomic.cards import KnownError, cards
from atomscreen.interatomic.weights import weights_path

EMT_PATH = "ase.calculators.emt:EMT"


def test_chgnet_and_emt_pass_the_check() -> None:
    potentials.check_potential("chgnet")
    potentials.check_potential(EMT_PATH)


@pytest.mark.parametrize(
    ("broken", "law"),
    [("forces", "forces are the negative derivative"), ("stress", "volume times stress"), ("energy", "supercell")],
)
def test_the_check_finds_what_is_wrong(broken: str, law: str) -> None:
    class Wrong(EMT):
        def calculate(self, *arguments: Any, **keywords: Any) -> None:
            super().calculate(*arguments, **keywords)
            self.results[broken] = self.results[broken] * 1.1 + (0.5 if broken == "energy" else 0.0)

    with pytest.raises(AssertionError, match=law):
        potentials.check_potential(Wrong())


def test_the_check_finds_a_volume_of_the_wrong_sign() -> None:
    class Handed(EMT):
        def calculate(self, *arguments: Any, **keywords: Any) -> None:
            super().calculate(*arguments, **keywords)
            self.results["stress"] = self.results["stress"] * np.sign(np.linalg.det(self.atoms.cell.array))

    with pytest.raises(AssertionError, match="left-handed cell vectors leave volume times stress"):
        potentials.check_potential(Handed())


def test_a_digest_imports_neither_torch_nor_ase() -> None:
    code = (
        "import sys; from atomscreen.interatomic.potentials import digest; print(digest('chgnet'));"
        "assert not {'torch', 'ase', 'pymatgen', 'chgnet'} & set(sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    weights = hashlib.sha256(weights_path(cards()["chgnet"]).read_bytes()).hexdigest()
    assert printed == potentials.digest("chgnet")
    assert printed.endswith(weights)
    assert potentials.digest("chgnet-r2scan") != printed


def test_an_import_path_is_a_potential() -> None:
    assert EMT_PATH in potentials.digest(EMT_PATH)
    assert potentials.digest(EMT_PATH).startswith("ase ")
    assert potentials.label(EMT_PATH) == EMT_PATH
    copper = bulk("Cu")
    copper.calc = potentials.calculator(EMT_PATH)
    reference = copper.copy()
    reference.calc = EMT()
    assert copper.get_potential_energy() == reference.get_potential_energy()


def test_a_lone_module_is_told_by_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_own_potential.py").write_text("from ase.calculators.emt import EMT\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert potentials.digest("my_own_potential:EMT").startswith("sha256:")


def test_two_calculators_share_no_results() -> None:
    first, second = potentials.calculator("chgnet"), potentials.calculator("chgnet")
    first.get_potential_energy(bulk("Cu"))
    assert first.results
    assert not second.results


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such_module_anywhere:Thing", "there is no module"),
        ("chgnett", "did you mean 'chgnet'"),
        ("", "unknown potential"),
    ],
)
def test_unknown_names_are_refused(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        potentials.digest(name)


def test_a_missing_attribute_is_named() -> None:
    with pytest.raises(UsageError, match="has no 'EMTT'"):
        potentials.calculator("ase.calculators.emt:EMTT")


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = cards()["mace"].model_copy(update={"module": "no_such_module_anywhere"})
    monkeypatch.setattr(potentials, "card", lambda name: missing)
    with pytest.raises(UsageError, match=r'pip install "atomscreen\[mace\]"'):
        potentials.digest("mace")


def test_missing_weights_say_where_to_put_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A package that is there stands for the one of the card.
    waiting = cards()["mace"].model_copy(update={"module": "chgnet", "package": "chgnet"})
    monkeypatch.setattr(potentials, "card", lambda name: waiting)
    monkeypatch.setenv("ATOMSCREEN_WEIGHTS", str(tmp_path))
    with pytest.raises(UsageError, match=r"put '2023-12-03-mace.*' \(from https") as problem:
        potentials.digest("mace")
    assert str(tmp_path) in str(problem.value)
    (tmp_path / str(waiting.weights.file)).write_bytes(b"weights")
    assert potentials.digest("mace").endswith(hashlib.sha256(b"weights").hexdigest())


def test_an_unknown_element_is_named_with_the_potential() -> None:
    radium = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.5), ["Ra", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    with pytest.raises(StructureRefused, match="'chgnet' does not know Ra"):
        potentials.refuse_unknown_elements("chgnet", radium)
    potentials.refuse_unknown_elements(EMT_PATH, radium)


def test_a_benchmarked_error_becomes_a_standard_uncertainty() -> None:
    absolute = KnownError(mae=17.4, unit="GPa", source="test").standard_uncertainty(100.0, "GPa")
    # The mean absolute value of normal errors with this standard deviation is the benchmark's.
    errors = np.random.default_rng(1).normal(scale=absolute, size=200_000)
    assert np.abs(errors).mean() == pytest.approx(17.4, rel=0.01)  # five standard errors of the mean
    assert KnownError(relative=0.2, source="test").standard_uncertainty(-50.0, "GPa") == pytest.approx(10.0)
    spread = potentials.model_uncertainty("chgnet", "bulk_modulus", 100.0)
    assert spread == pytest.approx(100.0 * (potentials.card("chgnet").errors["bulk_modulus"].relative or 0.0))
    assert potentials.model_uncertainty("chgnet", "lattice_a", 3.0) is None
    for wrong in ({"mae": 1.0}, {"mae": 1.0, "unit": "GPa", "relative": 0.1}, {}):
        with pytest.raises(ValidationError, match="give either"):
            KnownError(source="test", **wrong)


def test_provenance_tells_functionals_apart() -> None:
    assert potentials.provenance("chgnet") != potentials.provenance("chgnet-r2scan")
    assert potentials.provenance(EMT_PATH)["functional"] == "unknown"


def test_the_device_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.delenv("ATOMSCREEN_DEVICE", raising=False)
    with pytest.raises(UsageError, match="did you mean 'cuda'"):
        potentials.set_device("cudaa")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match="no CUDA device"):
        potentials.set_device("cuda")
    potentials.set_device("cpu")
    monkeypatch.setenv("ATOMSCREEN_DEVICE", "gpu")
    with pytest.raises(UsageError, match="unknown device 'gpu'"):
        potentials.calculator("chgnet")
    with pytest.raises(UsageError, match="at least one thread"):
        potentials.set_threads(0)


def test_an_isolated_atom_is_no_crash() -> None:
    lonely = Atoms("Li", cell=[20, 20, 20], pbc=True)
    lonely.calc = potentials.calculator("chgnet")
    assert np.isfinite(lonely.get_potential_energy())
    assert np.abs(lonely.get_forces()).max() == 0.0
