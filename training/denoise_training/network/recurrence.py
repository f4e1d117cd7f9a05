"""A recurrent cell with one gate, written for training: no product is made step by step that can be made at once.

    z_t = sigmoid(x_t Wz + h_(t-1) Uz + bz)
    c_t = tanh(x_t Wc + h_(t-1) Uc + bc)
    h_t = z_t h_(t-1) + (1 - z_t) c_t

It is the light gated recurrent unit (M. Ravanelli et al., "Light Gated Recurrent Units for Speech Recognition", 2018)
with tanh in place of ReLU, so that the state stays in -1...1 over streams of any length. Against a GRU it needs two
thirds of the products and half of the graph operations for each hop.

Notable: autograd would make one weight-gradient product for each step. The plain form's `backward` walks back through
time once for the gate gradients, then makes each weight gradient in one product over the whole sequence. On a CPU with
a compiler recurrence.cpp does all of it, a group of rows at a time, and on a GPU recurrence_gpu.py does, with the same
result.
"""

import functools

import torch
from torch import Tensor

from . import native


class PlainRecurrence(torch.autograd.Function):
    """Gates' input part [T, R, 2C] (z then c), state [R, C], recurrent weight [C, 2C] -> all states [T, R, C]."""

    @staticmethod
    def forward(ctx, gates_in: Tensor, state: Tensor, weight: Tensor) -> Tensor:
        steps, rows, width = gates_in.shape[0], gates_in.shape[1], state.shape[1]
        gates = torch.empty_like(gates_in)  # [T, R, 2C], after their activation
        states = gates_in.new_empty(steps + 1, rows, width)
        states[0] = state
        for t in range(steps):
            g, h = gates[t], states[t]
            torch.addmm(gates_in[t], h, weight, out=g)
            z, c = g[:, :width], g[:, width:]
            z.sigmoid_()
            c.tanh_()
            torch.lerp(c, h, z, out=states[t + 1])
        ctx.save_for_backward(gates, states, weight)
        return states[1:]

    @staticmethod
    def backward(ctx, grad_states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        gates, states, weight = ctx.saved_tensors
        steps, _, width = grad_states.shape
        grad_gates = torch.empty_like(gates)
        grad = torch.zeros_like(states[0])
        back = weight.t().contiguous()
        z, c = gates[..., :width], gates[..., width:]
        # Factors that need no recurrence, for the whole sequence at once.
        to_z = (states[:-1] - c) * (z * (1 - z))  # d h / d (input of z)
        to_c = (1 - z) * (1 - c * c)  # d h / d (input of c)
        for t in range(steps - 1, -1, -1):
            grad = grad + grad_states[t]
            g = grad_gates[t]
            torch.mul(grad, to_z[t], out=g[:, :width])
            torch.mul(grad, to_c[t], out=g[:, width:])
            grad = torch.addmm(grad * z[t], g, back)
        flat = grad_gates.view(-1, 2 * width)
        grad_weight = states[:-1].reshape(-1, width).t() @ flat
        return grad_gates, grad, grad_weight


class NativeRecurrence(torch.autograd.Function):
    """The same with the input's product in it: x [T, R, C], state [R, C], weights [C, 2C], [2C], [C, 2C] -> states."""

    @staticmethod
    def forward(ctx, x: Tensor, state: Tensor, in_weight: Tensor, bias: Tensor, state_weight: Tensor) -> Tensor:
        steps, rows, width = x.shape
        x = x.contiguous()
        gates = x.new_empty(steps, rows, 2 * width)
        states = x.new_empty(steps + 1, rows, width)
        states[0] = state
        native.call("light_forward", [x, in_weight, bias, state_weight, gates, states], [steps, rows, width])
        ctx.save_for_backward(x, gates, states, in_weight, state_weight)
        return states[1:]

    @staticmethod
    def backward(ctx, grad_states: Tensor) -> tuple[Tensor, ...]:
        x, gates, states, in_weight, state_weight = ctx.saved_tensors
        grad_x, grad = torch.empty_like(x), torch.empty_like(states[0])
        grads = [torch.empty_like(in_weight), in_weight.new_empty(in_weight.shape[1]), torch.empty_like(state_weight)]
        arrays = [x, in_weight, state_weight, gates, states, grad_states.contiguous(), grad_x, grad, *grads]
        native.call("light_backward", arrays, [*x.shape])
        return grad_x, grad, *grads


def light_recurrence(x: Tensor, state: Tensor, in_weight: Tensor, bias: Tensor, state_weight: Tensor) -> Tensor:
    """x [T, R, C], state [R, C], weights [C, 2C], [2C], [C, 2C] (z, then c) -> all states [T, R, C]."""
    if native.fits(x, state, in_weight, state_weight):
        return NativeRecurrence.apply(x, state, in_weight, bias, state_weight)
    gates_in = torch.addmm(bias, x.reshape(-1, x.shape[-1]), in_weight).view(*x.shape[:2], -1)
    on_gpu = gpu_form() if x.is_cuda and x.dtype == torch.float32 and not native.hidden else None
    if on_gpu and state.shape[1] in on_gpu.WIDTHS:
        return on_gpu.GpuRecurrence.apply(gates_in, state, state_weight)
    return PlainRecurrence.apply(gates_in, state, state_weight)


@functools.cache
def gpu_form():
    """The kernels for a GPU, or None where Triton is not installed."""
    try:
        from . import recurrence_gpu
    except ImportError:
        return None
    return recurrence_gpu
