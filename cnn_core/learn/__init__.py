"""Convolution by hand, as data: where the window stands, what it multiplies, what comes out. NumPy only."""
