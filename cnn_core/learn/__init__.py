"""Convolution and pooling by hand, as data: where the window stands, and what comes of it. NumPy only."""
