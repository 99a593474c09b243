"""Tutors and students: traits, personas and state, and the sessions they share. Nothing here knows SimPy."""
