"""The architecture as a test: the order of the rooms, and imports that cost nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import atomscreen

PACKAGE = Path(atomscreen.__file__).parent
ROOMS = ["core", "sources", "learning", "interatomic", "properties", "continuum", "campaign", "report", "cli"]
HEAVY = {"torch", "pymatgen", "ase", "chgnet", "kinisi", "distributed", "dask", "plotly", "scipy", "pandas", "pint"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)


def imported(path):
    """Yield (module, at_top_level) for every import of a file that runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(n)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for n in ast.walk(node)
    }
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module, id(node) in top


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_above_it(path):
    room = path.relative_to(PACKAGE).parts[0]
    assert room in ROOMS
    for module, _ in imported(path):
        parts = module.split(".")
        if parts[0] == "atomscreen" and len(parts) > 1:
            assert ROOMS.index(parts[1]) <= ROOMS.index(room), f"{path} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_imports_a_heavy_package_at_its_top(path):
    assert not [module for module, top in imported(path) if top and module.split(".")[0] in HEAVY]


def test_listing_every_stage_imports_neither_torch_nor_pymatgen():
    code = "import sys; from atomscreen.core.stages import all_stages; all_stages(); print(' '.join(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(modules)


def test_the_public_names_exist():
    for name in atomscreen.__all__:
        assert getattr(atomscreen, name) is not None
