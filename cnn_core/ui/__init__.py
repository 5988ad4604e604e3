"""The only room of cnn_core that knows Streamlit."""
