"""The pieces of the training pages."""
