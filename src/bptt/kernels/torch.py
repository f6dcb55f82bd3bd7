"""The compiled recurrence under PyTorch: tensors through DLPack, derivatives through torch.autograd, PyTorch's number of
threads. Imported on Keras's torch backend alone.

Derivatives: reverse mode, once; PyTorch refuses a second derivative.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from bptt.kernels import direct, signature
from bptt.kernels.options import Drops, Options, Tokens, Weights
from bptt.kernels.signature import Made, Operands

States = tuple[Tensor, ...]
INTEGERS = {name: getattr(torch, dtype) for name, dtype in signature.OTHER_DTYPES.items()}


def recurrence(
    options: Options,
    inputs: Tensor | Tokens,
    weights: Weights,
    states: States,
    mask: Tensor | None = None,
    drops: Drops = Drops(),  # noqa: B008 - immutable
    seed: Tensor | None = None,
) -> tuple[States, Tensor | None]:
    """The states after the last real step, each (B, H); every output (B, T, H) in processing order, or None.

    Args: those of `scan.recurrence` on the processor, floats all float32 or all float64; on PyTorch's "meta" device the
    results have shapes alone.

    Raises ValueError for an array of another shape, dtype or device, and IndexError for an id outside the table.
    """
    given = signature.operands(options, (inputs, weights, states, mask, drops, seed))
    given = Operands(*(None if tensor is None else _ready(name, tensor) for name, tensor in given._asdict().items()))
    differentiated = torch.is_grad_enabled() and any(tensor is not None and tensor.requires_grad for tensor in given)
    *found, sequence = _Recurrence.apply(options, differentiated, *given)
    return tuple(state for state in found if state is not None), sequence


def standing(output: Tensor, tokens: Tokens) -> Any:
    """The same answer as long as `tokens` may stand for `output`; None where they may not.

    No tensor has been written into since; gradients go to the table where they went to it before, and nobody waits for that
    of `output` itself.
    """
    if any(tensor.is_inference() for tensor in (output, *tokens)):
        return None  # nobody counts what is written into these
    waiting = output.retains_grad or bool(output._backward_hooks)
    agree = output.requires_grad == tokens.table.requires_grad or not torch.is_grad_enabled()
    return None if waiting or not agree else tuple(tensor._version for tensor in (output, *tokens))


def _ready(name: str, tensor: Tensor) -> Tensor:
    """Contiguous and of the kernel's dtype; Keras holds seeds as the int32 of the same bits, as PyTorch has little uint32."""
    if name == "seed":
        tensor = tensor.to(torch.int32).view(torch.uint32)
    return tensor.to(INTEGERS.get(name, tensor.dtype)).contiguous()


class _Recurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, options: Options, differentiated: bool, *tensors: Tensor | None) -> tuple[Tensor | None, ...]:
        made = _forward(options, differentiated, tensors)
        shown = made.sequence if options.return_sequences else None
        if differentiated:
            ctx.set_materialize_grads(False)
            ctx.options = options
            ctx.save_for_backward(*tensors, made.sequence, made.kept)
        return made.state, made.cell_state, shown

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        *tensors, sequence, kept = ctx.saved_tensors
        made = Made(None, None, sequence, kept, None)
        given = _given(tensors)
        h, c = given.initial_state, given.initial_cell
        d_h, d_c, d_sequence = (None if gradient is None else gradient.contiguous() for gradient in gradients)
        d_h = torch.zeros_like(h) if d_h is None else d_h
        d_c = torch.zeros_like(c) if d_c is None and c is not None else d_c
        wanted = dict(zip(Operands._fields, ctx.needs_input_grad[2:], strict=True))
        of_inputs = wanted["inputs"] or wanted["table"]
        found = direct.run_backward(
            ctx.options, given, made, (d_h, d_c), d_sequence, torch.empty, torch.get_num_threads(), of_inputs
        )
        by_name = found._asdict()
        return None, None, *(by_name.get(name) for name in Operands._fields)


def _given(tensors: Any) -> Operands:
    """DLPack hands out no tensor that requires a gradient."""
    return Operands(*(None if tensor is None else tensor.detach() for tensor in tensors))


def _forward(options: Options, differentiated: bool, tensors: Any) -> Made:
    given = _given(tensors)
    empty: Any = torch.empty
    if given.recurrent_kernel.is_meta:
        shapes = signature.made_shapes(options, given, False)
        return Made(*(None if s is None else empty(s, dtype=given.recurrent_kernel.dtype, device="meta") for s in shapes))
    return direct.run_forward(options, given, differentiated, empty, torch.get_num_threads())
