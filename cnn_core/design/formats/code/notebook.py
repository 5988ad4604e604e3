"""Cells as a Jupyter notebook, which Google Colab opens too."""

import json

from cnn_core.design.formats.code.cells import Cell

FORMAT = {"nbformat": 4, "nbformat_minor": 5}
"""Source: nbformat's documentation, "The notebook file format"."""
PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(parts: list[Cell], name: str) -> str:
    """The cells as the content of an .ipynb file, which asks Colab for a GPU."""
    metadata = {
        "kernelspec": PYTHON,
        "language_info": {"name": "python"},
        "colab": {"name": name, "provenance": []},
        "accelerator": "GPU",
    }
    cells = [_cell(number, cell) for number, cell in enumerate(parts)]
    return json.dumps({**FORMAT, "metadata": metadata, "cells": cells}, indent=1, ensure_ascii=False)


def _cell(number: int, cell: Cell) -> dict:
    made = {"id": f"cell-{number}", "metadata": {}, "source": cell.content.splitlines(keepends=True)}
    if cell.kind == "text":
        return {"cell_type": "markdown", **made}
    return {"cell_type": "code", "execution_count": None, "outputs": [], **made}
