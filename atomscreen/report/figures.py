"""What the page's figures draw, as compact plain data: structures and Pareto plots.

The page's own JavaScript turns them into plotly traces when a reader opens them: thousands of ready-made traces would
make the file ten times larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from atomscreen.report.numbers import unit_text
from atomscreen.report.wording import definition_of, long_name, value_text, with_unit

# Elements that make anions: a bond is drawn between one of them and something else.
_ANIONS = frozenset({"N", "O", "F", "S", "Cl", "Se", "Br", "Te", "I"})
_NONMETALS = _ANIONS | {"H", "B", "C", "Si", "P", "As"}
# Positions to a ten-thousandth of the cell (about 0.001 Å): below what a drawing can show.
_DIGITS = 4
# Tolerance of symmetry (Å); relaxed structures keep residual displacements of a few hundredths of an Å.
SYMMETRY_TOLERANCE = 0.1


def structure_drawing(structure: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cell and atoms of a structure.

    Parameters
    ----------
    structure
        A pymatgen structure as plain data (``Structure.as_dict()``).

    Returns
    -------
    dict
        ``lattice`` (3 × 3, rows are cell vectors in Å), ``symbols`` (one an atom; the most abundant of a shared site)
        and ``positions`` (fractional coordinates).
    """
    sites = structure["sites"]
    return {
        "lattice": [[round(float(x), _DIGITS) for x in row] for row in structure["lattice"]["matrix"]],
        "symbols": [_symbol(site) for site in sites],
        "positions": [[round(float(x) % 1.0, _DIGITS) for x in site["abc"]] for site in sites],
    }


def _symbol(site: Mapping[str, Any]) -> str:
    main = max(site["species"], key=lambda species: species.get("occu", 1.0))
    return str(main["element"])


def crystal(structure: Mapping[str, Any]) -> dict[str, Any]:
    """Return a structure's lattice parameters (Å, degrees), volume (Å^3) and number of sites."""
    import numpy as np

    matrix = np.array(structure["lattice"]["matrix"], dtype=float)
    lengths = np.linalg.norm(matrix, axis=1)
    cosines = [matrix[i] @ matrix[j] / (lengths[i] * lengths[j]) for i, j in ((1, 2), (0, 2), (0, 1))]
    return {
        "lengths": [float(x) for x in lengths],
        "angles": [float(x) for x in np.degrees(np.arccos(np.clip(cosines, -1, 1)))],
        "volume": float(abs(np.linalg.det(matrix))),
        "sites": len(structure["sites"]),
    }


def space_group(structure: Mapping[str, Any]) -> str | None:
    """Return a structure's space group as symbol and number, or ``None`` where no symmetry can be found."""
    import spglib

    matrix, sites = structure["lattice"]["matrix"], structure["sites"]
    species = [str([(item["element"], item.get("occu", 1)) for item in site["species"]]) for site in sites]
    kinds = {name: number for number, name in enumerate(dict.fromkeys(species))}
    cell = (matrix, [site["abc"] for site in sites], [kinds[name] for name in species])
    try:
        found = spglib.get_spacegroup(cell, symprec=SYMMETRY_TOLERANCE)
    except spglib.SpglibError:  # raised by newer versions where older ones return None
        return None
    return None if found is None else str(found)


def element_styles(symbols: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return colour (Jmol's), covalent radius (Å) and bonding habit of elements, by symbol."""
    from ase.data import atomic_numbers, covalent_radii
    from ase.data.colors import jmol_colors

    styles: dict[str, dict[str, Any]] = {}
    for symbol in sorted(set(symbols)):
        number = atomic_numbers.get(symbol, 0)
        red, green, blue = (round(255 * float(part)) for part in jmol_colors[number])
        styles[symbol] = {
            "colour": f"rgb({red},{green},{blue})",
            "radius": round(float(covalent_radii[number]), 2),
            "anion": symbol in _ANIONS,
            "nonmetal": symbol in _NONMETALS,
        }
    return styles


def pareto_plot(ranking: Mapping[str, Any], formulas: Mapping[str, str]) -> dict[str, Any]:
    """Return axes and points of a ranking's Pareto plot.

    Parameters
    ----------
    ranking
        ``objectives`` and ``rows`` of one role.
    formulas
        The formula of each candidate, by id.
    """
    axes = [_axis(objective) for objective in ranking["objectives"]]
    points = [
        {
            "id": row["id"],
            "formula": formulas.get(row["id"], ""),
            "rank": row["rank"],
            "pareto": bool(row.get("pareto")),
            "values": [_point(row["values"].get(axis["selector"]), axis["quantity"]) for axis in axes],
        }
        for row in ranking["rows"]
    ]
    return {"axes": axes, "points": points}


def _axis(objective: Mapping[str, Any]) -> dict[str, Any]:
    definition = definition_of(objective["quantity"])
    unit = unit_text(definition.unit)
    name = long_name(objective["selector"])
    return {
        "selector": objective["selector"],
        "quantity": objective["quantity"],
        "label": f"{name} ({unit})" if unit else name,
        "name": name,
        "logarithmic": definition.logarithmic,
        "goal": objective["goal"],
    }


def _point(value: Mapping[str, Any] | None, quantity: str) -> list[Any] | None:
    """Return value, uncertainty, bound and the text of a point's tooltip on one axis."""
    if value is None or value.get("value") is None:
        return None
    text = with_unit(value_text({"name": quantity, **value}), value.get("unit"))
    return [value["value"], value.get("uncertainty"), value.get("bound"), text]
