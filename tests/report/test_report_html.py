from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from atomscreen.core.errors import UsageError
from atomscreen.core.quantity import Quantity
from atomscreen.report.details import OTHERS_WITH_DETAILS, choose_detailed, newest
from atomscreen.report.figures import crystal, pareto_plot, space_group, structure_drawing
from atomscreen.report.html import script_json, write_report
from atomscreen.report.wording import value_text


class Page(HTMLParser):
    """What a browser would see: elements with attributes, scripts, and text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.text = self.style = ""
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside = tag
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif self._inside == "style":
            self.style += data
        else:
            self.text += data


def written(summary: dict[str, Any], folder: Path) -> str:
    path = folder / "report.html"
    write_report(summary, path)
    assert [item.name for item in folder.iterdir()] == ["report.html"], "no temporary file is left"
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(summary: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(written(summary, tmp_path_factory.mktemp("page")))


def test_it_loads_nothing(page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img")
        assert "src" not in attributes
        target = attributes.get("href") or "#"
        assert target.startswith("#") or (tag == "a" and target.startswith("https://doi.org/10."))
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"url\(|@import|@font-face", page.style)


def test_plotly_is_inlined_once(page: Page) -> None:
    running = [text for attributes, text in page.scripts if attributes.get("type") != "application/json"]
    assert len(running) == 2
    assert sum("plotly.js v" in text for text in running) == 1


def test_the_policy_admits_exactly_the_scripts(page: Page) -> None:
    import base64
    import hashlib

    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy") or ""
    for attributes, text in page.scripts:
        digest = "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert (digest in policy) == (attributes.get("type") != "application/json")


def test_data_are_valid_json(page: Page, summary: dict[str, Any]) -> None:
    blobs = [json.loads(text) for attributes, text in page.scripts if attributes.get("type") == "application/json"]
    ranked = sum(len(ranking["rows"]) for ranking in summary["rankings"].values())
    main = next(blob for blob in blobs if "plots" in blob)
    assert sum(len(plot["points"]) for plot in main["plots"].values()) == ranked
    assert set(main["elements"]) == {"Li", "Co", "Fe", "P", "O", "F", "C"}
    assert len(blobs) == 1 + len(summary["candidates"])


def test_it_shows_the_summary_numbers(page: Page, summary: dict[str, Any]) -> None:
    for ranking in summary["rankings"].values():
        for row in ranking["rows"]:
            assert row["id"] in page.text
            for name, value in row["values"].items():
                assert value_text({"name": name, **value}) in page.text
    for step in summary["steps"]:
        assert f"{step['entered']} entered, {step['passed']} passed" in page.text
    for text in ("did not converge", "broken.cif", "12 min 31 s", "CHGNet 0.3.0", "9f3c9f3c", "R-3m (166)", "≤ "):
        assert text in page.text


def test_every_link_has_its_target(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"] for tag, attributes in page.elements if tag == "a" and attributes.get("href")}
    assert {link[1:] for link in links if link and link.startswith("#")} <= set(ids)


def test_hostile_text_stays_text(hostile_summary: dict[str, Any], tmp_path: Path) -> None:
    page = Page(written(hostile_summary, tmp_path))
    assert "<script>alert(1)</script>" in page.text, "it is shown as it is"
    assert not any(
        "alert" in text for a, text in page.scripts if a.get("type") != "application/json" and len(text) < 1e5
    )
    for tag, attributes in page.elements:
        assert tag != "img"
        assert not any(name.startswith("on") for name in attributes)
    clean = [json.loads(text) for a, text in page.scripts if a.get("type") == "application/json"]
    ids = {point["id"] for plot in clean[-1]["plots"].values() for point in plot["points"]}
    assert hostile_summary["candidates"][0]["id"] in ids


def test_json_in_a_script_reads_back_and_cannot_end_it() -> None:
    data = {"</script><!--": "\u2028&lt;'\"", "b": [1.5, None]}
    text = str(script_json(data))
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == data


def test_what_was_handed_over_is_with_its_candidate(summary: dict[str, Any], tmp_path: Path) -> None:
    identity = summary["candidates"][0]["id"]
    handed = [
        {"id": identity, "format": "bpx", "files": ["a.bpx.json"], "base": "Chen2020"},
        {"id": identity, "format": "pybamm", "files": [], "reason": "it lacks a <thing>", "missing": ["a"]},
    ]
    tables = [{"file": "pairs.csv", "about": "All <pairs>.", "limits": ["A limit."]}]
    (tmp_path / "handoff").mkdir()
    (tmp_path / "handoff" / "handoff.json").write_text(json.dumps({"handed": handed, "tables": tables}))
    write_report(summary, tmp_path / "report.html")
    text = Page((tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert "bpx: a.bpx.json (base set Chen2020)" in text and "pybamm: it lacks a <thing>" in text
    assert "handoff/pairs.csv: All <pairs>." in text and "A limit." in text


def test_an_unfinished_campaign_says_so(summary: dict[str, Any], tmp_path: Path) -> None:
    candidates = [{**candidate, "status": "unfinished"} for candidate in summary["candidates"][:2]]
    unfinished = {**summary, "finished": None, "candidates": candidates, "rankings": {}, "companions": []}
    text = Page(written(unfinished, tmp_path)).text
    assert "Not finished" in text
    assert "No candidate reached a ranking" in text


def test_an_empty_campaign(summary: dict[str, Any], tmp_path: Path) -> None:
    empty = {**summary, "candidates": [], "rankings": {"cathode": {"objectives": [], "rows": []}}, "steps": []}
    assert "No candidate of this role" in Page(written(empty, tmp_path)).text


def test_a_summary_of_something_else_is_refused(summary: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        write_report({"candidates": [{}]}, tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_two_thousand_candidates(large_summary: dict[str, Any], tmp_path: Path) -> None:
    start = time.process_time()
    text = written(large_summary, tmp_path)
    # 5 s on one core that others share; the rest is for slower machines.
    assert time.process_time() - start < 30
    assert len(text.encode()) < 40e6


def test_who_gets_details() -> None:
    status = ["ranked"] * 5 + ["failed"] * 7 + ["dropped"] * 1000
    candidates = [{"id": str(n), "role": "anode", "status": s, "left_at": n % 7} for n, s in enumerate(status)]
    ranked = {str(n): {"rank": 5 - n} for n in range(5)}
    chosen = choose_detailed(candidates, ranked)
    assert [candidate["id"] for candidate in chosen[:5]] == ["4", "3", "2", "1", "0"]
    assert [candidate["status"] for candidate in chosen[5:12]] == ["failed"] * 7
    assert len(chosen) == 12 + OTHERS_WITH_DETAILS
    assert {candidate["left_at"] for candidate in chosen[12:]} == {5, 6, 4}, "those that came furthest"


def test_the_newest_of_a_quantity_is_shown() -> None:
    old, new = ({"name": "bulk_modulus", "value": value, "conditions": {}} for value in (1.0, 2.0))
    other = {"name": "tracer_diffusivity", "value": 1.0, "conditions": {"temperature": 700.0}}
    assert newest([old, other, new]) == [new, other]


def test_drawing_is_the_structure(summary: dict[str, Any]) -> None:
    from pymatgen.core import Structure

    data = next(c for c in summary["candidates"] if c["formula"] == "LiFePO4")["structures"]["input"]
    structure, drawing, found = Structure.from_dict(data), structure_drawing(data), crystal(data)
    back = Structure(drawing["lattice"], drawing["symbols"], drawing["positions"])
    assert back.composition == structure.composition
    # Positions are kept to 1e-4 of a cell of 10 Å at most.
    assert np.allclose(back.distance_matrix, structure.distance_matrix, atol=5e-3)
    assert np.allclose(found["lengths"], structure.lattice.abc)
    assert np.allclose(found["angles"], structure.lattice.angles)
    assert found["volume"] == pytest.approx(structure.volume)
    assert space_group(data) == "Pnma (62)"


def test_pareto_axes(summary: dict[str, Any]) -> None:
    plot = pareto_plot(summary["rankings"]["solid_electrolyte"], {})
    assert [axis["logarithmic"] for axis in plot["axes"]] == [True, False, True]
    assert plot["axes"][0]["label"] == "bulk ionic conductivity 300K (S/cm)"
    assert {value[2] for point in plot["points"] for value in point["values"]} == {None, "upper"}


def _discharges() -> list[dict[str, Any]]:
    return [
        {**Quantity(name, values, 0.1, {"c_rate": rate}).as_dict(), "stage": "cell_discharge"}
        for rate in (1.0, 2.0)
        for side in ("cell_discharge", "base_cell")
        for name, values in (
            (f"{side}_capacities", [0.0, 1.0, 2.0]),
            (f"{side}_voltages", [4.0, 3.5, 3.0]),
        )
    ]


@pytest.mark.browser
def test_the_page_works_in_a_browser(hostile_summary: dict[str, Any], tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("no chromium on the PATH")
    path = tmp_path / "report.html"
    candidates = [
        {**candidate, "quantities": [*candidate["quantities"], *_discharges()]}
        for candidate in hostile_summary["candidates"]
    ]
    write_report({**hostile_summary, "candidates": candidates}, path)
    # The first candidate's details are opened by its address, so that its structure is drawn too.
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-unsafe-swiftshader",
        "--virtual-time-budget=10000",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom",
        f"{path.as_uri()}#candidate-1",
    ]
    found = subprocess.run(command, capture_output=True, text=True, timeout=150, check=True).stdout
    body = found[found.index("<body") :]
    assert 'data-ready="true"' in body[:200], "the script ran to its end"
    assert body.count('aria-sort="ascending"') == 3, "each ranking is sorted"
    assert len(re.findall(r'class="plot js-plotly-plot"', body)) == 3 + 1, "a Pareto plot a ranking, and a curve"
    legend = re.findall(r'class="legendtext"[^>]*>([^<]*)<', body)
    assert legend[-4:] == [
        "C rate 1",
        "C rate 2",
        "base cell voltages, C rate 1",
        "base cell voltages, C rate 2",
    ]
    assert re.search(r'<details class="candidate" id="candidate-1" open', body)
    assert re.search(r'class="scene js-plotly-plot"', body)
    assert "modebar-btn" in body
    assert 'data-title="Share' not in body, "no button uploads anything"
    assert html.escape("<script>alert(1)</script>", quote=False) in body
