"""Stiffness, strength and what follows from them."""
