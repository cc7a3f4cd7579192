"""Diffusion of the working ion: simulated, analysed, extrapolated."""
