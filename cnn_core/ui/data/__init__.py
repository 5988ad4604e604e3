"""The pieces of the data pages."""
