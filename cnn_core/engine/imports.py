"""What every worker imports, TensorFlow above all.

On Linux it is done once, and workers begin as copies of that process: see `cnn_core.engine.cluster.share_imports`.
Nothing but importing may happen here: a copy has no thread of its original.
"""

import gc

import distributed  # noqa: F401 - a worker is one of Dask's

from cnn_core.engine import worker  # noqa: F401
from cnn_core.engine.hidden import without

# Keras imports them wherever they are installed, for wrappers, tables and plots of its own, which no worker uses: a
# third of the time and of the processor's work until a worker is ready.
UNUSED = ("sklearn", "pandas", "matplotlib")

with without(*UNUSED):
    from cnn_core.training import device, fit  # noqa: F401

gc.collect()
gc.freeze()  # a collection in a copy would touch, and so double, the memory that they share
