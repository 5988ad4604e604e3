"""The class: its board, and what its teacher does."""
