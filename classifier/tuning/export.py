"""Writes a fine-tuned encoder as an int8 ONNX file."""

import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from classifier.tuning.net import Net

OPSET = 17
INPUTS, OUTPUTS = ("numbers", "mask"), ("outputs", "pooled")


def export(net: Net, path: Path) -> None:
    """Write the encoder in single precision, but for its word table."""
    net.body.set_attn_implementation("eager")  # the exporter knows its parts
    numbers, mask = torch.randint(5, 100, (2, 24)), torch.ones(2, 24, dtype=torch.long)
    axes = {name: {0: "rows", 1: "tokens"} for name in INPUTS} | {name: {0: "rows"} for name in OUTPUTS}
    with torch.no_grad(), warnings.catch_warnings(action="ignore"):  # torch warns of its own older exporter
        torch.onnx.export(
            net.eval(), (numbers, mask), str(path), input_names=list(INPUTS), output_names=list(OUTPUTS),
            opset_version=OPSET, dynamic_axes=axes, dynamo=False,
        )  # fmt: skip
    net.eval()


def quantise(whole: Path, path: Path) -> None:
    """Write an encoder again with 8-bit weights, one scale for each output channel.

    Weights use 7 of the 8 bits (`reduce_range`), so that processors without VNNI add up without overflow and give the same whole numbers.
    """
    quantize_dynamic(
        whole, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"]
    )
