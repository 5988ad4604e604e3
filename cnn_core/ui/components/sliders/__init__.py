"""What sliders of the page show while they move."""
