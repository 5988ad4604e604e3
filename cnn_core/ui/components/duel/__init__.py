"""The same drawing in front of two living networks, and the digit dragged across the field that both see."""
