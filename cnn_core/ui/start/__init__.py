"""The pieces of the start pages."""
