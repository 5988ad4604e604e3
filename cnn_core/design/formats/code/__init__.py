"""A run as code: plain Keras 3, short enough to teach from, as a script and as a notebook."""
