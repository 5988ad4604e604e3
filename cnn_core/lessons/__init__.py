"""Lessons: what a visitor did, as facts, and goals that those facts meet."""
