"""What every worker imports, TensorFlow above all.

On Linux it is done once, and workers begin as copies of that process: see `cnn_core.engine.cluster.share_imports`.
Nothing but importing may happen here: a copy has no thread of its original.
"""

import gc
import logging

import distributed  # noqa: F401 - a worker is one of Dask's

from cnn_core.engine import worker  # noqa: F401
from cnn_core.engine.hidden import silent, without

# Keras imports them wherever they are installed, for wrappers, tables and plots of its own, which no worker uses: a
# third of the time and of the processor's work until a worker is ready.
UNUSED = ("sklearn", "pandas", "matplotlib")

# TensorFlow says of each process what it could do for it, whatever TF_CPP_MIN_LOG_LEVEL is: not in our log.
with without(*UNUSED), silent():
    from cnn_core.training import device, fit  # noqa: F401
# That many networks are traced is no fault here: everybody designs their own.
logging.getLogger("tensorflow").setLevel(logging.ERROR)

gc.collect()
gc.freeze()  # a collection in a copy would touch, and so double, the memory that they share
