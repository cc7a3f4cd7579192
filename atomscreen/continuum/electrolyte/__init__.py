"""From a solid electrolyte to a cell: a resistive layer, flaws that metal fills, contact with metal and cathode."""
