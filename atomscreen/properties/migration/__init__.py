"""Hops of the working ion: their barriers and where they lead."""
