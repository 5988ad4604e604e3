"""A page of one's own: a trained network in one HTML file, which needs no server."""
