"""A stranger's model, read without Keras: configuration onto layers of our own, arrays only, limits before anything."""
