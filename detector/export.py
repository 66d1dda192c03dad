# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (torch, onnx and safetensors leave many types open)
"""Write the weights once, for two readers: safetensors for torch, and a graph that points into it for onnxruntime."""

import json
import struct
import warnings
from functools import partial
from pathlib import Path
from typing import Any

from .network import Network, example
from .weights import GRAPH, WEIGHTS

OPSET = 18
INPUTS, OUTPUTS = ("windows",), ("clip_logits", "frame_logits", "maps")


def export(network: Network, folder: Path) -> None:
    """Write `detector.safetensors` (16-bit floats) and `detector.onnx` into an existing folder.

    The graph holds no weights of its own: its initialisers are external data (ONNX `TensorProto.data_location`) at the
    places where the tensors lie in the safetensors file, 16 bits wide, and a cast makes them 32 bits wide when the
    graph is loaded. So both forms hold the same numbers and are stored once.
    """
    from safetensors.torch import save_file

    network = network.eval().cpu()
    halves = {name: tensor.half() for name, tensor in network.state_dict().items() if tensor.is_floating_point()}
    save_file({name: tensor.contiguous() for name, tensor in halves.items()}, folder / WEIGHTS)
    _write_graph(network, folder)


def _write_graph(network: Network, folder: Path) -> None:
    import onnx
    import torch

    graph_file = folder / GRAPH
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of constants that are constant here
        torch.onnx.export(
            network,
            (example(2),),
            str(graph_file),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "count"} for name in (*INPUTS, *OUTPUTS)},
            opset_version=OPSET,
            training=torch.onnx.TrainingMode.PRESERVE,  # keeps batch norms, whose tensors are in the file
            do_constant_folding=False,
            dynamo=False,
        )
    model = onnx.load(graph_file)
    _take_in(model, _paddings(network))
    _point_outside(model, tensor_places(folder / WEIGHTS))
    onnx.save(model, graph_file)
    onnx.checker.check_model(str(graph_file))


def _paddings(network: Network) -> dict[str, tuple[int, int, int, int]]:
    """Return what each convolution with "same" padding adds to a window's maps: top, left, bottom, right; by weight.

    timm works that out anew from each input's size; windows have one size.
    """
    import torch

    found: dict[str, tuple[int, int, int, int]] = {}

    def look(name: str, conv: Any, inputs: tuple[Any, ...]) -> None:
        (top, bottom), (left, right) = (_same(int(inputs[0].shape[2 + axis]), conv, axis) for axis in (0, 1))
        found[name] = top, left, bottom, right

    hooks = [
        module.register_forward_pre_hook(partial(look, f"{name}.weight"))
        for name, module in network.named_modules()
        if type(module).__name__ == "Conv2dSame"
    ]
    with torch.inference_mode():
        network(example())
    for hook in hooks:
        hook.remove()
    return found


def _same(length: int, conv: Any, axis: int) -> tuple[int, int]:
    """Return what is added before and behind, so that a stride of s gives ceil(length / s) places."""
    stride, reach = conv.stride[axis], (conv.kernel_size[axis] - 1) * conv.dilation[axis] + 1
    missing = max(0, (-(-length // stride) - 1) * stride + reach - length)
    return missing // 2, missing - missing // 2


def _take_in(model: Any, paddings: dict[str, tuple[int, int, int, int]]) -> None:
    """Give convolutions their padding as numbers, and drop the nodes that work it out from shapes.

    onnxruntime keeps maps in blocks of channels from one convolution to the next, but not across a node that pads:
    bringing the largest maps out of blocks and back took a quarter of its CPU time.
    """
    from onnx import helper

    by_output = {str(output): node for node in model.graph.node for output in node.output}
    for conv in model.graph.node:
        pad = by_output.get(conv.input[0]) if conv.op_type == "Conv" else None
        if pad is not None and pad.op_type == "Pad" and conv.input[1] in paddings:
            conv.input[0] = pad.input[0]
            kept = [one for one in conv.attribute if one.name not in ("pads", "auto_pad")]
            del conv.attribute[:]
            conv.attribute.extend([*kept, helper.make_attribute("pads", paddings[conv.input[1]])])
    needed = {str(one.name) for one in model.graph.output}
    used: list[Any] = []
    for node in reversed(model.graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            used.append(node)
    del model.graph.node[:]
    model.graph.node.extend(reversed(used))


def tensor_places(file: Path) -> dict[str, tuple[int, int]]:
    """Return where each tensor of a safetensors file lies: offset and length in bytes.

    The format: 8 bytes with the length of a JSON header, the header, then the tensors; offsets count from there.
    """
    with file.open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    return {
        name: (8 + length + one["data_offsets"][0], one["data_offsets"][1] - one["data_offsets"][0])
        for name, one in header.items()
    }


def _point_outside(model: Any, places: dict[str, tuple[int, int]]) -> None:
    from onnx import TensorProto, helper

    casts: list[Any] = []
    for tensor in model.graph.initializer:
        place = places.get(tensor.name)
        if place is None:
            continue  # a small constant of the graph itself
        name = tensor.name
        dims = list(tensor.dims)
        tensor.Clear()
        tensor.name = name + ".half"
        tensor.dims.extend(dims)
        tensor.data_type = TensorProto.FLOAT16
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", WEIGHTS), ("offset", place[0]), ("length", place[1])):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(value)
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT, name=f"widen.{name}"))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
