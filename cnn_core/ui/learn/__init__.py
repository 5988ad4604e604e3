"""The pieces of the pages where one learns by hand."""
