"""What to build and how to train it, as data: pure Python, no Keras, no NumPy, no Streamlit."""
