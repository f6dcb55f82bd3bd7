"""PyTorch's nn.RNN, nn.LSTM and nn.GRU in a plain loop; its LSTM takes oneDNN's kernels. Packed, padding is not computed."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.peers.registry import THREADS
from benchmarks.peers.workloads import GATES, RATE, Arrays, D, Row, Run, V, data, weights

CELLS: dict[str, Any] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
torch.set_num_threads(THREADS)


def blocks(row: Row, array: np.ndarray) -> np.ndarray:
    """Gates, the last axis, between Keras's order and PyTorch's: its GRU has the reset gate first. Its own inverse."""
    if row.cell != "gru":
        return array
    update, reset, candidate = np.split(array, 3, axis=-1)
    return np.concatenate([reset, update, candidate], axis=-1)


class Net(nn.Module):
    def __init__(self, row: Row, packed: bool) -> None:
        super().__init__()
        self.row, self.packed = row, packed
        if row.kind == "ids":
            self.embedding = nn.Embedding(V, D)
        self.cell = CELLS[row.cell](D, row.units, batch_first=True, bidirectional=row.both_ways)
        if row.kind != "layer":
            self.dense = nn.Linear(row.units * (2 if row.both_ways else 1), 1)
        self.put(weights(row))

    def put(self, w: Arrays) -> None:
        """A cell here has a second bias; where Keras has one, it starts from zero."""
        values = {"embedding.weight": w.get("table"), "dense.bias": w.get("dense_bias")}
        values["dense.weight"] = w["dense"].T if "dense" in w else None
        for way, end in (("", ""), ("_back", "_reverse")):
            if "kernel" + way in w:
                bias = w["bias" + way]
                first, second = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
                values[f"cell.weight_ih_l0{end}"] = blocks(self.row, w["kernel" + way]).T
                values[f"cell.weight_hh_l0{end}"] = blocks(self.row, w["recurrent" + way]).T
                values[f"cell.bias_ih_l0{end}"] = blocks(self.row, first)
                values[f"cell.bias_hh_l0{end}"] = blocks(self.row, second)
        self.load_state_dict({name: torch.tensor(value) for name, value in values.items() if value is not None})

    def names(self) -> dict[str, str]:
        """Parameter -> our word; of two biases where Keras has one, the first stands for both: they get the same gradient."""
        ends = (("", ""), ("_back", "_reverse")) if self.row.both_ways else (("", ""),)
        cell = {f"cell.{theirs}_l0{end}": ours + way for way, end in ends for theirs, ours in PARTS}
        return {"embedding.weight": "table", "dense.weight": "dense", "dense.bias": "dense_bias"} | cell

    def arrays(self, values: dict[str, torch.Tensor]) -> Arrays:
        """Parameters, or their gradients, by our names in Keras's layouts."""
        found = {ours: values[name].detach().numpy() for name, ours in self.names().items() if name in values}
        for name, array in found.items():
            found[name] = array.T if array.ndim == 2 and name != "table" else array
            if name.startswith(("kernel", "recurrent", "bias")):
                found[name] = blocks(self.row, found[name])
        for name in [name for name in found if name.startswith("bias_hh")]:
            second = found.pop(name)
            if GATES[self.row.cell] == 3:
                ours = name.replace("bias_hh", "bias")
                found[ours] = np.stack([found[ours], second])
        return found

    def forward(self, x: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        inputs = self.embedding(x) if self.row.kind == "ids" else x
        if self.packed:
            lengths = (x != 0).sum(1)
            inputs = nn.utils.rnn.pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
        outputs, state = self.cell(inputs, state)
        if self.row.kind == "layer":
            return outputs, state
        if self.row.kind == "features":
            return self.dense(outputs), state
        last = state[0] if self.row.cell == "lstm" else state
        if self.row.short and not self.packed:  # the padding is on the right, so the output of the last real step is the same
            return self.dense(outputs[torch.arange(len(x)), (x != 0).sum(1) - 1]), state
        return self.dense(torch.cat([*last], dim=-1)), state


PARTS = (("weight_ih", "kernel"), ("weight_hh", "recurrent"), ("bias_ih", "bias"), ("bias_hh", "bias_hh"))


def train(net: Net, row: Row, x: torch.Tensor, y: torch.Tensor) -> Run:
    optimizer = torch.optim.SGD(net.parameters(), RATE)

    def turn(count: int) -> None:
        for i in range(count):
            here = slice(i * row.batch, (i + 1) * row.batch)
            optimizer.zero_grad()
            binary_cross_entropy_with_logits(net(x[here])[0], y[here]).backward()
            optimizer.step()

    def check() -> Arrays:
        turn(1)
        return {name: array.copy() for name, array in net.arrays(dict(net.named_parameters())).items()}

    return Run(check, turn)


def predict(net: Net, row: Row, x: torch.Tensor) -> Run:
    @torch.inference_mode()
    def turn(count: int) -> Any:
        for i in range(count):
            at = i % row.batches * row.batch
            answer = net(x[at : at + row.batch])[0]
        return answer

    return Run(lambda: {"answer": turn(1)}, turn)


def stream(net: Net, row: Row, x: torch.Tensor) -> Run:
    @torch.inference_mode()
    def turn(count: int) -> Any:
        state = None
        for t in range(count):
            answer, state = net(x[:1, t % row.time][None], state)
        return answer

    return Run(lambda: {"answer": turn(row.time)}, turn)


def gradients(net: Net, x: torch.Tensor, dy: torch.Tensor) -> Run:
    x.requires_grad_()
    parameters = dict(net.named_parameters())

    def once() -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        answer = net(x)[0]
        return answer, torch.autograd.grad(answer, [x, *parameters.values()], dy)

    def turn(count: int) -> None:
        for _ in range(count):
            once()

    def check() -> Arrays:
        answer, (dx, *others) = once()
        found = net.arrays(dict(zip(parameters, others, strict=True)))
        return {"answer": answer.detach().numpy(), "x": dx.numpy(), **found}

    return Run(check, turn)


def build(peer: str, row: Row, task: str) -> Run:
    given = {name: torch.from_numpy(array) for name, array in data(row).items()}
    net = Net(row, packed=peer == "torch-packed")
    if task == "train":
        return train(net, row, given["x"], given["y"])
    if task == "gradients":
        return gradients(net, given["x"], given["dy"])
    return (stream if task == "stream" else predict)(net, row, given["x"])
