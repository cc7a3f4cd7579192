"""Trajectories that VASP writes: XDATCAR and vasprun.xml."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from atomscreen.interatomic.dynamics.trajectory_frames import Frames, ends_early

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def read_xdatcar(path: Path) -> Frames:
    """Read an XDATCAR, of a constant cell or with one before every frame."""
    frames = Frames()
    cell, symbols = np.zeros((3, 3)), list[str]()
    with path.open(encoding="utf-8") as file:
        for line in file:
            if "configuration=" not in line:
                # A header: at the start, and before every frame where the cell changes.
                cell, symbols = _xdatcar_header(file)
                line = next(file, "")
            if "irect" not in line:
                raise ValueError(f"'{line.strip()[:60]}' where 'Direct configuration=' should be")
            lines = list(itertools.islice(file, len(symbols)))
            if ends_early(lines, len(symbols)):
                break
            frames.add(symbols, np.array([text.split()[:3] for text in lines], dtype=float), cell)
    return frames


def _xdatcar_header(file: TextIO) -> tuple[Array, list[str]]:
    scale = float(next(file))
    cell = np.array([next(file).split()[:3] for _ in range(3)], dtype=float)
    names, counts = next(file).split(), [int(text) for text in next(file).split()]
    if scale < 0:  # VASP's way of giving the volume
        scale = float((-scale / abs(np.linalg.det(cell))) ** (1 / 3))
    return scale * cell, [_element(name) for name, count in zip(names, counts, strict=True) for _ in range(count)]


def _element(name: str) -> str:
    """Return the element of what VASP calls a species, for example ``Li_sv/2f1a``."""
    return re.split("[_/]", name)[0]


def read_vasprun(path: Path) -> Frames:
    """Read a vasprun.xml, whole or of a run that was killed; the time step too."""
    from xml.etree import ElementTree

    frames, symbols = Frames(), list[str]()
    incar: dict[str, str] = {}
    try:
        for _, node in ElementTree.iterparse(path):
            if node.tag == "incar":
                incar |= {str(item.get("name")): str(item.text).strip() for item in node}
            elif node.tag == "atominfo":
                symbols = [str(row[0].text).strip() for row in node.findall("array[@name='atoms']/set/rc")]
            elif node.tag == "calculation":
                structure = node.find("structure")
                if structure is not None:
                    cell, places = (
                        _vectors(structure, name)
                        for name in ("crystal/varray[@name='basis']", "varray[@name='positions']")
                    )
                    frames.add(symbols, places, cell)
                node.clear()
    except ElementTree.ParseError:  # a run that was killed leaves half an XML file; its complete frames are good
        pass
    if incar.get("IBRION") == "0" and "POTIM" in incar:
        frames.frame_spacing = float(incar["POTIM"]) / 1000
    return frames


def _vectors(node: Any, name: str) -> Array:
    return np.array([str(row.text).split() for row in node.find(name)], dtype=float)
