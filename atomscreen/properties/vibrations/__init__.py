"""Phonons and the thermodynamics of vibration."""
