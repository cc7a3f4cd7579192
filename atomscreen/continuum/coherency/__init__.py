"""Coherent interfaces: stress and energy of phases, films and shells whose lattices would not match freely."""
