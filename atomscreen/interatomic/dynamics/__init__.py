"""Molecular dynamics: the engine, its thermostats and watchdogs, and trajectories of any code."""
