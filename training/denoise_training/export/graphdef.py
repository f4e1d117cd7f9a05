"""A small writer of tfjs GraphModels: TensorFlow GraphDef as JSON, and its weights.

Notable: the official converter starts from a TensorFlow SavedModel and brings TensorFlow with it. The format itself is
plain: a list of nodes, and a manifest of weights in one binary file. check_tfjs.mjs loads what is written here in tfjs
and compares. Format: github.com/tensorflow/tfjs, tfjs-converter/src/data/compiled_api.ts and tfjs-core/src/io/types.ts.

Every method takes and returns node names; `shapes` holds the shape of each for one stream, which is where costs come
from.
"""

import base64
import math

import numpy as np


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def to_bytes(value: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Levels 0-255, minimum and step: value = level * step + minimum, which tfjs computes while loading."""
    low, high = float(value.min()), float(value.max())
    scale = max(high - low, 1e-12) / 255
    return np.round((value.astype(np.float64) - low) / scale).astype(np.uint8), low, scale


class GraphWriter:
    def __init__(self) -> None:
        self.nodes: list[dict] = []
        self.weights: dict[str, np.ndarray] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.inputs: dict[str, list[int]] = {}
        self.outputs: dict[str, list[int]] = {}
        self.macs = 0
        self.count: dict[str, int] = {}

    # ---- nodes -------------------------------------------------------------------------------------------------------

    def node(self, op: str, inputs: list[str], shape: tuple[int, ...], attr: dict | None = None, name: str = "") -> str:
        self.count[op] = self.count.get(op, 0) + 1
        name = name or f"{op.strip('_').lower()}_{self.count[op]}"
        self.nodes.append(
            {"name": name, "op": op, "input": inputs, "attr": {"T": {"type": "DT_FLOAT"}, **(attr or {})}}
        )
        self.shapes[name] = tuple(shape)
        return name

    def input(self, name: str, shape: list[int]) -> str:
        """Placeholder; -1 is the number of streams."""
        dims = {"dim": [{"size": str(d)} for d in shape]}
        self.nodes.append(
            {"name": name, "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": dims}}}
        )
        self.inputs[name] = shape
        self.shapes[name] = tuple(1 if d == -1 else d for d in shape)
        return name

    def const(self, value: np.ndarray, name: str) -> str:
        value = np.asarray(value)
        if name in self.weights:
            return name
        kind = "DT_INT32" if value.dtype == np.int32 else "DT_FLOAT"
        dims = {"dim": [{"size": str(d)} for d in value.shape]}
        attr = {"dtype": {"type": kind}, "value": {"tensor": {"dtype": kind, "tensorShape": dims}}}
        self.nodes.append({"name": name, "op": "Const", "attr": attr})
        self.weights[name] = value
        self.shapes[name] = value.shape
        return name

    def ints(self, *values: int) -> str:
        """Shape, axes or axis; equal ones share a node."""
        return self.const(np.array(values, np.int32), "int_" + "_".join(str(v).replace("-", "m") for v in values))

    # ---- operations --------------------------------------------------------------------------------------------------

    def matmul(
        self, a: str, weight: np.ndarray, name: str, bias: np.ndarray | None = None, activation: str = ""
    ) -> str:
        """Rank 2 and never transposed: the fused kernel of tfjs-wasm 4.22 is wrong with transposeB."""
        rows, inner = self.shapes[a]
        if weight.shape[0] != inner:
            raise ValueError(f"{name}: {inner} columns meet a weight of {weight.shape}")
        self.macs += rows * weight.size
        attr = {"transpose_a": {"b": False}, "transpose_b": {"b": False}}
        inputs = [a, self.const(weight, name + "/weight")]
        shape = (rows, weight.shape[1])
        if bias is None:
            return self.node("MatMul", inputs, shape, attr)
        fused = ["BiasAdd"] + ([activation] if activation else [])
        attr |= {"fused_ops": {"list": {"s": [text(f) for f in fused]}}, "num_args": {"i": "1"}, "epsilon": {"f": 0}}
        return self.node("_FusedMatMul", [*inputs, self.const(bias, name + "/bias")], shape, attr)

    def conv(
        self, x: str, kernel: np.ndarray, bias: np.ndarray, name: str, stride: int, activation: str = "Relu"
    ) -> str:
        """x [S, H, W, C], kernel [taps over H, taps over W, C, out]; the stride is along W.
        H is 1 where frequency is all."""
        _, height, width, channels = self.shapes[x]
        if kernel.shape[2] != channels:
            raise ValueError(f"{name}: {channels} channels meet a kernel of {kernel.shape}")
        shape = (1, height, math.ceil(width / stride), kernel.shape[3])
        self.macs += shape[1] * shape[2] * kernel.size
        fused = ["BiasAdd"] + ([activation] if activation else [])
        attr = {
            "strides": {"list": {"i": ["1", "1", str(stride), "1"]}},
            "dilations": {"list": {"i": ["1", "1", "1", "1"]}},
            "padding": {"s": text("SAME")},
            "data_format": {"s": text("NHWC")},
            "explicit_paddings": {"list": {}},
            "use_cudnn_on_gpu": {"b": True},
            "fused_ops": {"list": {"s": [text(f) for f in fused]}},
            "num_args": {"i": "1"},
            "epsilon": {"f": 0},
        }
        inputs = [x, self.const(kernel, name + "/kernel"), self.const(bias, name + "/bias")]
        return self.node("_FusedConv2D", inputs, shape, attr)

    def max_pool(self, x: str) -> str:
        """Halves H and W of [S, H, W, C], rounding up: at an odd end the last row or column stands alone."""
        _, height, width, channels = self.shapes[x]
        pair = {"list": {"i": ["1", "2", "2", "1"]}}
        attr = {"ksize": pair, "strides": pair, "padding": {"s": text("SAME")}, "data_format": {"s": text("NHWC")}}
        return self.node("MaxPool", [x], (1, math.ceil(height / 2), math.ceil(width / 2), channels), attr)

    def repeat_pixels(self, x: str) -> str:
        """Doubles H and W of [S, H, W, C] by repeating every pixel."""
        _, height, width, channels = self.shapes[x]
        attr = {"align_corners": {"b": False}, "half_pixel_centers": {"b": False}}
        size = self.ints(2 * height, 2 * width)
        return self.node("ResizeNearestNeighbor", [x, size], (1, 2 * height, 2 * width, channels), attr)

    def slice(self, x: str, begin: list[int], size: list[int]) -> str:
        """A part of the tensor; size -1 reaches to the end."""
        shape = tuple(n - b if s == -1 else s for n, b, s in zip(self.shapes[x], begin, size, strict=True))
        return self.node("Slice", [x, self.ints(*begin), self.ints(*size)], shape, {"Index": {"type": "DT_INT32"}})

    def binary(self, op: str, a: str, b: str, name: str = "") -> str:
        return self.node(op, [a, b], np.broadcast_shapes(self.shapes[a], self.shapes[b]), name=name)

    def unary(self, op: str, a: str, name: str = "") -> str:
        return self.node(op, [a], self.shapes[a], name=name)

    def concat(self, parts: list[str], axis: int) -> str:
        shape = list(self.shapes[parts[0]])
        shape[axis] = sum(self.shapes[p][axis] for p in parts)
        attr = {"N": {"i": str(len(parts))}, "Tidx": {"type": "DT_INT32"}}
        axis_name = self.const(np.array(axis, np.int32), f"axis_{axis}")
        return self.node("ConcatV2", [*parts, axis_name], tuple(shape), attr)

    def reshape(self, x: str, *shape: int, name: str = "") -> str:
        """-1 first: however many streams there are."""
        rest = math.prod(shape[1:])
        real = (math.prod(self.shapes[x]) // rest, *shape[1:])
        return self.node("Reshape", [x, self.ints(*shape)], real, {"Tshape": {"type": "DT_INT32"}}, name)

    def transpose(self, x: str, *axes: int, name: str = "") -> str:
        shape = tuple(self.shapes[x][a] for a in axes)
        return self.node("Transpose", [x, self.ints(*axes)], shape, {"Tperm": {"type": "DT_INT32"}}, name)

    # ---- files -------------------------------------------------------------------------------------------------------

    def operations(self) -> int:
        return sum(self.count.values())

    def model_json(
        self, generated_by: str, file: str = "weights.bin", bytes_for: tuple[str, ...] = ()
    ) -> tuple[dict, bytes]:
        """model.json as a dictionary, and the weights: float16 on disk, those named in `bytes_for` one byte each."""
        data, specs = b"", []
        for name, value in self.weights.items():
            if value.dtype == np.int32:
                specs.append({"name": name, "shape": list(value.shape), "dtype": "int32"})
                data += value.astype("<i4").tobytes()
            elif name in bytes_for:
                levels, low, scale = to_bytes(value)
                quantized = {"dtype": "uint8", "min": low, "scale": scale, "original_dtype": "float32"}
                specs.append({"name": name, "shape": list(value.shape), "dtype": "float32", "quantization": quantized})
                data += levels.tobytes()
            else:
                quantized = {"dtype": "float16", "original_dtype": "float32"}
                specs.append({"name": name, "shape": list(value.shape), "dtype": "float32", "quantization": quantized})
                data += value.astype("<f2").tobytes()

        def entry(name: str, shape: list[int]) -> dict:
            return {"name": f"{name}:0", "dtype": "DT_FLOAT", "tensorShape": {"dim": [{"size": str(d)} for d in shape]}}

        return {
            "format": "graph-model",
            "generatedBy": generated_by,
            "convertedBy": None,
            "signature": {
                "inputs": {name: entry(name, shape) for name, shape in self.inputs.items()},
                "outputs": {name: entry(name, shape) for name, shape in self.outputs.items()},
            },
            "modelTopology": {"node": self.nodes, "library": {}, "versions": {"producer": 1}},
            "weightsManifest": [{"paths": [file], "weights": specs}],
        }, data
