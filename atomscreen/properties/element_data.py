"""What the elements cost, how scarce they are and which are toxic: tables from the literature.

Crustal abundances are from D. R. Lide (ed.), CRC Handbook of Chemistry and Physics, 85th edition (CRC Press, 2005),
section 14, "Abundance of Elements in the Earth's Crust and in the Sea". Prices are those collected in the Wikipedia
article "Prices of chemical elements" (mostly from the USGS Mineral Commodity Summaries; years 2017 to 2020, a few
older; the middle of a range where it gives one). They are for the cheapest traded form, reckoned per mass of the
element, and tell orders of magnitude: prices of battery metals have moved by factors of three within a year.
Elements without a value here have none in these sources.
"""

from __future__ import annotations

from collections.abc import Mapping

ABUNDANCE_SOURCE = "CRC Handbook of Chemistry and Physics, 85th edition (2005), section 14"
PRICE_SOURCE = "Wikipedia, 'Prices of chemical elements' (mostly USGS), 2017-2020; indicative"

ABUNDANCE: Mapping[str, float] = {
    "H": 1400, "Li": 20, "Be": 2.8, "B": 10, "C": 200, "N": 19, "O": 4.61e5, "F": 585, "Na": 2.36e4, "Mg": 2.33e4,
    "Al": 8.23e4, "Si": 2.82e5, "P": 1050, "S": 350, "Cl": 145, "K": 2.09e4, "Ca": 4.15e4, "Sc": 22, "Ti": 5650,
    "V": 120, "Cr": 102, "Mn": 950, "Fe": 5.63e4, "Co": 25, "Ni": 84, "Cu": 60, "Zn": 70, "Ga": 19, "Ge": 1.5,
    "As": 1.8, "Se": 0.05, "Br": 2.4, "Rb": 90, "Sr": 370, "Y": 33, "Zr": 165, "Nb": 20, "Mo": 1.2, "Ru": 0.001,
    "Rh": 0.001, "Pd": 0.015, "Ag": 0.075, "Cd": 0.15, "In": 0.25, "Sn": 2.3, "Sb": 0.2, "Te": 0.001, "I": 0.45,
    "Cs": 3, "Ba": 425, "La": 39, "Ce": 66.5, "Pr": 9.2, "Nd": 41.5, "Sm": 7.05, "Eu": 2.0, "Gd": 6.2, "Tb": 1.2,
    "Dy": 5.2, "Ho": 1.3, "Er": 3.5, "Tm": 0.52, "Yb": 3.2, "Lu": 0.8, "Hf": 3.0, "Ta": 2.0, "W": 1.25, "Re": 7e-4,
    "Os": 0.0015, "Ir": 0.001, "Pt": 0.005, "Au": 0.004, "Hg": 0.085, "Tl": 0.85, "Pb": 14, "Bi": 0.0085, "Th": 9.6,
    "U": 2.7,
}  # fmt: skip
"""Mass of the element in the Earth's crust, in mg/kg."""

PRICE: Mapping[str, float] = {
    "H": 1.39, "Li": 83.5, "Be": 857, "B": 3.68, "C": 0.122, "N": 0.14, "O": 0.154, "F": 2.0, "Na": 3.0, "Mg": 2.32,
    "Al": 1.79, "Si": 1.70, "P": 2.69, "S": 0.0926, "Cl": 0.082, "K": 12.9, "Ca": 2.28, "Sc": 3460, "Ti": 11.4,
    "V": 371, "Cr": 9.40, "Mn": 1.82, "Fe": 0.424, "Co": 32.8, "Ni": 13.9, "Cu": 6.00, "Zn": 2.55, "Ga": 148,
    "Ge": 962, "As": 1.15, "Se": 21.4, "Br": 4.39, "Rb": 15500, "Sr": 6.6, "Y": 31.0, "Zr": 36.4, "Nb": 73.5,
    "Mo": 40.1, "Ru": 10500, "Rh": 147000, "Pd": 49500, "Ag": 521, "Cd": 2.73, "In": 167, "Sn": 18.7, "Sb": 5.79,
    "Te": 63.5, "I": 35, "Cs": 61800, "Ba": 0.26, "La": 4.85, "Ce": 4.64, "Pr": 103, "Nd": 57.5, "Sm": 13.9,
    "Eu": 31.4, "Gd": 28.6, "Tb": 658, "Dy": 307, "Ho": 57.1, "Er": 26.4, "Yb": 17.1, "Lu": 643, "Hf": 900, "Ta": 305,
    "W": 35.3, "Re": 3580, "Pt": 27800, "Hg": 30.2, "Tl": 4200, "Pb": 2.00, "Bi": 6.36, "Th": 287, "U": 101,
}  # fmt: skip
"""Price in USD per kg of the element."""

TOXIC: Mapping[str, str] = {
    "Cd": "restricted by RoHS (Directive 2011/65/EU)",
    "Hg": "restricted by RoHS (Directive 2011/65/EU)",
    "Pb": "restricted by RoHS (Directive 2011/65/EU)",
    "As": "compounds classified toxic and some carcinogenic (Regulation (EC) 1272/2008, annex VI)",
    "Be": "carcinogenic when inhaled (Regulation (EC) 1272/2008, annex VI)",
    "Tl": "compounds classified fatal if swallowed (Regulation (EC) 1272/2008, annex VI)",
}
"""Elements whose compounds are a concern at large, with the reason. Chromium counts only as Cr(VI), which RoHS
restricts. Cobalt and nickel compounds, also classified, are left out: they would mark nearly every cathode."""

CHARGES: Mapping[str, int] = {"Li": 1, "Na": 1, "K": 1, "Mg": 2, "Ca": 2, "Zn": 2, "Al": 3}
"""Charge of the ions that can be working ions."""
