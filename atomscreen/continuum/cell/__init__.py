"""From an electrode material to cell models that run: parameters, discharge, damage, and uncertainty."""
