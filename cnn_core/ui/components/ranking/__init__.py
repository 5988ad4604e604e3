"""The board of a class: everybody's best run, who trains and who waits, made for a projector."""
