"""What a browser keeps of its visitor, so that a reload, a new tab or another day brings it back."""
