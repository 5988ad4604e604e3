from cnn_core.figures.parameters import describe_parameters, parameter_figure

from .reading import numbers, spec


def test_a_line_for_each_layer_and_a_mark_where_one_looks():
    sent = spec(parameter_figure([1, 2, 3], {"Conv2D": [10, 20, 30], "SeparableConv2D": [12, 14, 16]}, 2))
    assert [trace["name"] for trace in sent["data"]] == ["Conv2D", "SeparableConv2D"]
    assert numbers(sent["data"][1]["y"]).tolist() == [12, 14, 16]
    assert (sent["layout"]["shapes"][0]["x0"], sent["layout"]["shapes"][0]["x1"]) == (2, 2)


def test_description():
    told = describe_parameters({"Conv2D": 1448, "SeparableConv2D": 91})
    assert told == "Parameters with the chosen number of filters: Conv2D 1,448, SeparableConv2D 91."
