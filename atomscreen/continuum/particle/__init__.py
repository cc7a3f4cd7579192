"""Particles as spheres: how ions spread in them, and the stress that this makes."""
