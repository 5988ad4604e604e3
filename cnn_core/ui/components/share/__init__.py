"""A link with the button that copies it."""
