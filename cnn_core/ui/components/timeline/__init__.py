"""The epochs of a training: a slider that turns its images, filters and mistakes back to any of them."""
