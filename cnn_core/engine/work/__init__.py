"""One file for each kind of work: what it needs, and what a worker does. No dask here, and Keras only inside `run`."""
