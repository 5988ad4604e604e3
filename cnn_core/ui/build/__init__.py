"""The pieces of the designer."""
