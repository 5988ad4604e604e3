"""What a training has learned so far: a few images turning right, and the first filters forming."""
