from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from atomscreen.report.numbers import measured
from atomscreen.report.tables import funnel_table, ranking_table, ranking_tables, write_candidates_csv
from atomscreen.report.wording import deviation, same_conditions, value_text


def rows_of(summary: dict[str, Any], tmp_path: Path) -> list[dict[str, str]]:
    path = tmp_path / "candidates.csv"
    write_candidates_csv(summary, path)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def printed(table: Any) -> str:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=250)
    console.print(table)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_csv_has_every_scalar_with_all_its_digits(summary: dict[str, Any], tmp_path: Path) -> None:
    rows = rows_of(summary, tmp_path)
    assert [row["id"] for row in rows] == [candidate["id"] for candidate in summary["candidates"]]
    for row, candidate in zip(rows, summary["candidates"], strict=True):
        for quantity in candidate["quantities"]:
            if isinstance(quantity["value"], tuple):
                assert not any(name.startswith(quantity["name"]) for name in row)
                continue
            where = {"tracer_diffusivity": " @ temperature={:g} K", "oxidation_state": " @ element={}"}
            title = quantity["name"] + where.get(quantity["name"], "").format(*quantity["conditions"].values())
            unit = f" [{quantity['unit']}]" if quantity["unit"] else ""
            assert float(row[title + unit]) == quantity["value"]
            spread = row[f"{title} uncertainty{unit}"]
            assert (float(spread) if spread else None) == quantity["uncertainty"]
    assert "tracer_diffusivity @ temperature=700 K [cm^2/s]" in rows[0]


def test_csv_says_where_candidates_ended(summary: dict[str, Any], tmp_path: Path) -> None:
    rows = rows_of(summary, tmp_path)
    ranked = {row["id"]: row for ranking in summary["rankings"].values() for row in ranking["rows"]}
    assert {row["left_at"] for row in rows} == {"", "relax", "keep"}
    for row in rows:
        assert row["rank"] == (str(ranked[row["id"]]["rank"]) if row["id"] in ranked else "")
    bounds = [name for name in rows[0] if name.endswith(" bound")]
    assert bounds == ["bulk_ionic_conductivity_300K bound"]
    assert {row[bounds[0]] for row in rows} == {"", "upper"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_csv_holds_no_spreadsheet_formula(summary: dict[str, Any], tmp_path: Path, text: str) -> None:
    first = {**summary["candidates"][0], "id": text, "reason": text, "formula": text}
    row = rows_of({**summary, "candidates": [first]}, tmp_path)[0]
    assert row["id"] == row["reason"] == row["formula"] == "'" + text


def test_csv_leaves_no_temporary_file(summary: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_candidates_csv({**summary, "candidates": [{"id": "a"}, {"formula": "b"}]}, tmp_path / "candidates.csv")
    assert list(tmp_path.iterdir()) == []


def test_csv_without_candidates(summary: dict[str, Any], tmp_path: Path) -> None:
    assert rows_of({**summary, "candidates": []}, tmp_path) == []


def test_ranking_table_shows_the_ranking(summary: dict[str, Any]) -> None:
    ranking = summary["rankings"]["cathode"]
    text = printed(ranking_table(ranking, title="Cathodes"))
    for row in ranking["rows"]:
        line = next(line for line in text.splitlines() if row["id"] + " " in line)
        for name, value in row["values"].items():
            assert value_text({"name": name, **value}) in line
        assert measured(row["score"], row["score_uncertainty"]) in line


def test_ranking_table_takes_ids_literally(summary: dict[str, Any]) -> None:
    row = {**summary["rankings"]["cathode"]["rows"][0], "id": "[bold red]LiX[/]", "values": {}}
    ranking = {**summary["rankings"]["cathode"], "rows": [row, {**row, "id": "second"}]}
    text = printed(ranking_table(ranking, limit=1))
    assert "[bold red]LiX[/]" in text
    assert "second" not in text
    assert "1 more in the report" in text


def test_funnel_and_all_rankings_print(summary: dict[str, Any]) -> None:
    text = printed(funnel_table(summary))
    for step in summary["steps"]:
        assert step["label"] in text
    assert len(ranking_tables(summary)) == 3


def known(name: str, value: float, **rest: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "uncertainty": None, "bound": None, "conditions": {}, **rest}


def test_deviations_from_the_literature() -> None:
    assert deviation(known("average_voltage", 4.0), known("average_voltage", 3.8)) == "+5.3 %"
    both = [known("average_voltage", 4.0, uncertainty=0.3), known("average_voltage", 3.5, uncertainty=0.4)]
    assert deviation(*both) == "+14.3 % (1.0 u)"  # 0.5 V over sqrt(0.3² + 0.4²) V
    assert deviation(known("bulk_ionic_conductivity_300K", 2e-3), known("bulk_ionic_conductivity_300K", 1e-3)) == "× 2"
    # By ratio: ln 4 over sqrt(0.6² + 0.8²), the uncertainties of the logarithms.
    both = [known("bulk_ionic_conductivity_300K", v, uncertainty=u * v) for v, u in ((4e-3, 0.6), (1e-3, 0.8))]
    assert deviation(*both) == "× 4 (1.4 u)"
    assert deviation(known("volume_change", -6.0), known("volume_change", -6.8)) == "+0.8 points"
    assert deviation(known("average_voltage", 4.0, bound="upper"), known("average_voltage", 3.8)) == ""


def test_only_the_same_conditions_are_compared() -> None:
    at = [known("bulk_ionic_conductivity", 1.0, conditions={"temperature": t}) for t in (300.0, 298.0, 400.0)]
    assert same_conditions(at[0], at[1])
    assert not same_conditions(at[0], at[2])
    assert not same_conditions(at[0], known("bulk_ionic_conductivity", 1.0))
    assert not same_conditions(at[0], known("average_voltage", 1.0))
