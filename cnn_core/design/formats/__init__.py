"""A design as text: our own JSON, link tokens, code, and Keras's JSON."""
