"""ONNX Runtime on a graph of the operators RNN, LSTM and GRU, made by hand; prediction only."""

from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper, numpy_helper

from benchmarks.peers.registry import THREADS
from benchmarks.peers.workloads import Arrays, D, Row, Run, data, weights

ORDER = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [0, 1, 2]}  # ONNX's gates in Keras's order: i o f c; z r h


def gates_first(row: Row, array: np.ndarray) -> np.ndarray:
    """(..., G H) in Keras's order -> (G H, ...) in ONNX's."""
    blocks = np.split(array, len(ORDER[row.cell]), axis=-1)
    return np.concatenate([blocks[i] for i in ORDER[row.cell]], axis=-1).T


def constants(row: Row) -> Arrays:
    """The graph's arrays; W (ways, G H, D), R (ways, G H, H), B (ways, 2 G H)."""
    w, ways = weights(row), ("", "_back") if row.both_ways else ("",)

    def both(bias: np.ndarray) -> np.ndarray:
        first, second = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
        return np.concatenate([gates_first(row, first), gates_first(row, second)])

    arrays = {name: w[name] for name in ("table", "dense", "dense_bias") if name in w}
    arrays["W"] = np.stack([gates_first(row, w["kernel" + way]) for way in ways])
    arrays["R"] = np.stack([gates_first(row, w["recurrent" + way]) for way in ways])
    arrays["B"] = np.stack([both(w["bias" + way]) for way in ways])
    return arrays


class Graph:
    """Nodes in the order they run, each with one result named after it."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: Arrays = {}

    def add(self, operator: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        names = outputs or (f"{operator}_{len(self.nodes)}",)
        self.nodes.append(helper.make_node(operator, inputs, list(names), **attributes))
        return names[0]

    def const(self, name: str, values: Any) -> str:
        self.constants[name] = np.asarray(values)
        return name


def recurrence(graph: Graph, row: Row, x: str, lengths: str, state: list[str]) -> str:
    """(B, T, H) of a layer or of features, else the last state (B, H)."""
    names = [x, "W", "R", "B", lengths, *state]
    options: dict[str, Any] = {"hidden_size": row.units, "direction": "bidirectional" if row.both_ways else "forward"}
    if row.cell == "gru":
        options["linear_before_reset"] = 1
    every = row.kind != "ids"
    outputs = ["Y" if every else "", "" if every else "new_0", *["new_1"] * (len(state) == 2)]
    graph.add({"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[row.cell], names, *outputs, **options)
    if every:
        return graph.add("Transpose", [graph.add("Squeeze", ["Y", graph.const("one", [1])])], perm=[1, 0, 2])
    batch_first = graph.add("Transpose", ["new_0"], perm=[1, 0, 2])
    return graph.add("Reshape", [batch_first, graph.const("flat", [0, -1])])


def session(row: Row, streaming: bool) -> Any:
    """Inputs x, and while streaming state_0 and state_1 (1, B, H); outputs the answer, and while streaming the new states."""
    time, graph = 1 if streaming else row.time, Graph()
    state = [f"state_{i}" for i in range(2 if row.cell == "lstm" else 1)] if streaming else []
    turned = graph.add("Transpose", ["x"], perm=[1, 0] if row.kind == "ids" else [1, 0, 2])
    inputs = graph.add("Gather", ["table", turned]) if row.kind == "ids" else turned
    lengths = ""
    if row.short:
        lengths = graph.add("ReduceSum", [graph.add("Sign", ["x"]), graph.const("time", [1])], keepdims=0)
    answer = recurrence(graph, row, inputs, lengths, state)
    if row.kind != "layer":
        answer = graph.add("Add", [graph.add("MatMul", [answer, "dense"]), "dense_bias"])
    if row.kind == "ids":
        given = [helper.make_tensor_value_info("x", TensorProto.INT32, [row.batch, time])]
    else:
        given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [row.batch, time, D])]
    given += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, row.batch, row.units]) for name in state]
    shape = [row.batch, 1] if row.kind == "ids" else [row.batch, time, row.units if row.kind == "layer" else 1]
    made = [helper.make_tensor_value_info(answer, TensorProto.FLOAT, shape)]
    made += [helper.make_tensor_value_info(f"new_{i}", TensorProto.FLOAT, [1, row.batch, row.units]) for i in range(len(state))]
    arrays = [numpy_helper.from_array(array, name) for name, array in (constants(row) | graph.constants).items()]
    made_of = helper.make_graph(graph.nodes, row.name, given, made, arrays)
    model = helper.make_model(made_of, ir_version=10, opset_imports=[helper.make_opsetid("", 21)])
    checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def build(peer: str, row: Row, task: str) -> Run:
    x, run = data(row)["x"], session(row, task == "stream").run

    def turn(count: int) -> Any:
        for i in range(count):
            at = i % row.batches * row.batch
            [answer] = run(None, {"x": x[at : at + row.batch]})
        return answer

    def stream(count: int) -> Any:
        state = [np.zeros((1, 1, row.units), "float32")] * (2 if row.cell == "lstm" else 1)
        for t in range(count):
            named = {f"state_{i}": array for i, array in enumerate(state)}
            answer, *state = run(None, {"x": x[:1, t % row.time][None], **named})
        return answer

    if task == "stream":
        return Run(lambda: {"answer": stream(row.time)}, stream)
    return Run(lambda: {"answer": turn(1)}, turn)
