"""Fracture of electrode particles: flaws, maps of size against rate, safe charging, sizes of grains."""
