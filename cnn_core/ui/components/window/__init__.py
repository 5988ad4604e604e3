"""A convolution by hand: the window on an image, its arithmetic, and the map that comes out."""
