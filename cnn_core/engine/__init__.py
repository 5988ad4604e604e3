"""Where Keras runs: on Dask, never in the server's process. The only room that imports dask."""
