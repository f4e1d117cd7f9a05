"""The recurrent cell on a GPU: all steps of a sequence in one launch, forward and back.

Notable: rows are independent, so each program takes a few of them through the whole sequence with the recurrent weight
in registers; in PyTorch every step would be a handful of launches that wait for each other. Products that need no
recurrence stay with PyTorch, and the weight gradient is one product over the whole sequence, as in recurrence.py, which
has the formula. Written in Triton; TRITON_INTERPRET=1, set before this is imported, runs it on a CPU for tests.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

# Rows of a program: the least that a product of Triton takes.
ROWS = 16
WIDTHS = (16, 32, 64)  # powers of two, so that a row is a whole block; beyond, the weight leaves the registers


@triton.jit
def forward_kernel(gates_in, weight, gates, states, steps, rows, WIDTH: tl.constexpr, ROWS: tl.constexpr):
    """gates_in [T, R, 2C], weight [C, 2C] -> gates [T, R, 2C], states [T + 1, R, C], whose first is given."""
    row, column, inner = tl.program_id(0) * ROWS + tl.arange(0, ROWS), tl.arange(0, WIDTH), tl.arange(0, WIDTH)
    here = (row < rows)[:, None]
    square = inner[:, None] * 2 * WIDTH + column[None, :]
    weight_z, weight_c = tl.load(weight + square), tl.load(weight + square + WIDTH)
    in_states = row[:, None] * WIDTH + column[None, :]
    in_gates = row[:, None] * 2 * WIDTH + column[None, :]
    h = tl.load(states + in_states, mask=here, other=0.0)
    for _ in range(steps):
        z = tl.load(gates_in + in_gates, mask=here, other=0.0) + tl.dot(h, weight_z)
        c = tl.load(gates_in + in_gates + WIDTH, mask=here, other=0.0) + tl.dot(h, weight_c)
        z = tl.sigmoid(z)
        c = 2 * tl.sigmoid(2 * c) - 1  # tanh
        h = c + z * (h - c)
        tl.store(gates + in_gates, z, mask=here)
        tl.store(gates + in_gates + WIDTH, c, mask=here)
        gates_in += rows * 2 * WIDTH
        gates += rows * 2 * WIDTH
        states += rows * WIDTH
        tl.store(states + in_states, h, mask=here)


@triton.jit
def backward_kernel(
    gates, states, weight, grad_states, grad_gates, grad_state, steps, rows, WIDTH: tl.constexpr, ROWS: tl.constexpr
):
    """Walks back through time: gradients of all states -> of the gates' inputs [T, R, 2C], of the first state [R, C].

    All arrays but the weight and the result begin at their last step, `states` at the one before its last.
    """
    row, column, inner = tl.program_id(0) * ROWS + tl.arange(0, ROWS), tl.arange(0, WIDTH), tl.arange(0, WIDTH)
    here = (row < rows)[:, None]
    turned = column[None, :] * 2 * WIDTH + inner[:, None]
    back_z, back_c = tl.load(weight + turned), tl.load(weight + turned + WIDTH)
    in_states = row[:, None] * WIDTH + column[None, :]
    in_gates = row[:, None] * 2 * WIDTH + column[None, :]
    grad = tl.zeros((ROWS, WIDTH), tl.float32)
    for _ in range(steps):
        grad += tl.load(grad_states + in_states, mask=here, other=0.0)
        z = tl.load(gates + in_gates, mask=here, other=0.0)
        c = tl.load(gates + in_gates + WIDTH, mask=here, other=0.0)
        before = tl.load(states + in_states, mask=here, other=0.0)
        grad_z = grad * (before - c) * z * (1 - z)
        grad_c = grad * (1 - z) * (1 - c * c)
        tl.store(grad_gates + in_gates, grad_z, mask=here)
        tl.store(grad_gates + in_gates + WIDTH, grad_c, mask=here)
        grad = grad * z + tl.dot(grad_z, back_z) + tl.dot(grad_c, back_c)
        gates -= rows * 2 * WIDTH
        grad_gates -= rows * 2 * WIDTH
        states -= rows * WIDTH
        grad_states -= rows * WIDTH
    tl.store(grad_state + in_states, grad, mask=here)


class GpuRecurrence(torch.autograd.Function):
    """Gates' input part [T, R, 2C] (z then c), state [R, C], recurrent weight [C, 2C] -> all states [T, R, C]."""

    @staticmethod
    def forward(ctx, gates_in: Tensor, state: Tensor, weight: Tensor) -> Tensor:
        gates_in, weight = gates_in.contiguous(), weight.contiguous()
        steps, rows, width = gates_in.shape[0], gates_in.shape[1], state.shape[1]
        gates = torch.empty_like(gates_in)
        states = gates_in.new_empty(steps + 1, rows, width)
        states[0] = state
        grid = (triton.cdiv(rows, ROWS),)
        forward_kernel[grid](gates_in, weight, gates, states, steps, rows, WIDTH=width, ROWS=ROWS)
        ctx.save_for_backward(gates, states, weight)
        return states[1:]

    @staticmethod
    def backward(ctx, grad_states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        gates, states, weight = ctx.saved_tensors
        steps, rows, width = grad_states.shape
        grad_gates, grad_state = torch.empty_like(gates), torch.empty_like(states[0])
        grid = (triton.cdiv(rows, ROWS),)
        last = (gates[-1], states[-2], weight, grad_states.contiguous()[-1], grad_gates[-1], grad_state)
        backward_kernel[grid](*last, steps, rows, WIDTH=width, ROWS=ROWS)
        flat = grad_gates.view(-1, 2 * width)
        return grad_gates, grad_state, states[:-1].reshape(-1, width).t() @ flat
