"""What was asked of the trainers, and what became of it."""
