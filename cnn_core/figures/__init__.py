"""Data in, plotly figure out: pure functions, one shared template, and a `describe_*` text for each figure.

Show every figure with `st.plotly_chart(figure, theme="streamlit", alt=describe_...(...))`. Streamlit's theme is laid
over ours and turns text and grid lines into the ink of the light or dark theme; what carries meaning is coloured by
`template.COLOURS` and stays the same. With `theme=None` the figures are legible too, but in another font and with one
grey for text.

Streamlit 1.67 puts a new chart in the page whenever a figure changes: a live figure does not flash, but a zoom or
an open hover label lasts only until the next refresh.
"""
