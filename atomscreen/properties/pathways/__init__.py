"""Cheap screens of where an ion could go: no simulation, no band."""
