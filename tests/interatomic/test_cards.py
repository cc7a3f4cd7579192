"""Potential cards: every shipped one is complete, and mistakes in one are told by file and field."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from atomscreen.core.errors import UsageError
from atomscreen.interatomic.cards import card, cards, parse_elements, read_card

GOOD = (Path(__file__).parents[2] / "potentials" / "chgnet.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(cards()))
def test_every_shipped_card_is_complete(name: str) -> None:
    found = card(name)
    assert {"Li", "O", "S", "Cl", "Fe", "La"} <= found.symbols
    assert found.summary.endswith(".")
    assert all(getattr(found, field).strip() for field in ("licence", "citation", "good_for", "limits", "functional"))


def test_every_correction_names_elements_that_are() -> None:
    for shipped in cards().values():
        for correction in itertools.chain(*shipped.corrections.values()):
            # Reads the elements, and raises for what is none.
            assert correction.applies_to(set()) is (correction.with_any is None)


def test_the_promised_potentials_are_there() -> None:
    assert {"chgnet", "chgnet-d3", "chgnet-r2scan", "mace", "sevennet", "matgl", "orb"} <= set(cards())


def test_elements_in_their_compact_form() -> None:
    assert parse_elements("H-B except He Be") == {"H", "Li", "B"}
    assert parse_elements("Li, O Co") == {"Li", "O", "Co"}
    with pytest.raises(UsageError, match="'Xx'"):
        parse_elements("H-Xx")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("licence:", "license:", "licence"),
        ("bulk_modulus:", "bulk_modul:", "bulk_modulus"),
        ("relative: 0.30", "mae: 17.4, unit: eV", "'eV' is not a unit of GPa"),
        ("in_package:", "in_packages:", "weights"),
        ("name: chgnet\n", "name: other\n", "named 'other'"),
        ("summary:", "summary: [", "is not YAML"),
        ("chgnet.calculator:load", "chgnet.calculator", "calculator"),
    ],
)
def test_mistakes_in_a_card_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "chgnet.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=message) as problem:
        read_card(path)
    assert str(path) in str(problem.value)


def test_a_near_miss_is_offered() -> None:
    with pytest.raises(UsageError, match="did you mean 'chgnet'"):
        card("chgnt")
