"""Opinions about cadastral data: checks, measures and the three usability groups. Pure functions of what they are given."""
