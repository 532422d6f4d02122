"""Small networks as ONNX files, with the numbers that they were made of."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

FEATURES, STRIDE = 5, 2


def write_onnx(
    path: Path, *, channels: int = 3, averaged: bool = True
) -> NDArray[np.float32]:
    """Write one convolution and a ReLU, and return the weights of the convolution.

    Args:
        path: Where.
        channels: That it takes.
        averaged: Whether it averages over places itself.
    """
    random = np.random.default_rng(0)
    weights = random.standard_normal((FEATURES, channels, 3, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["conv"], strides=[STRIDE, STRIDE]),
        helper.make_node("Relu", ["conv"], ["relu"]),
    ]
    name, shape = "relu", [1, FEATURES, "rows", "columns"]
    if averaged:
        nodes.append(helper.make_node("GlobalAveragePool", ["relu"], ["mean"]))
        nodes.append(helper.make_node("Flatten", ["mean"], ["flat"]))
        name, shape = "flat", [1, FEATURES]
    of = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "features",
        [helper.make_tensor_value_info("x", of, [1, channels, "height", "width"])],
        [helper.make_tensor_value_info(name, of, shape)],
        [numpy_helper.from_array(weights, "w")],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return weights
