"""A visitor's own things: their pictures, from the camera or from files."""
