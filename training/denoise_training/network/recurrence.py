"""A recurrent cell with one gate, written for CPU training: one large product for all weight gradients.

    z_t = sigmoid(x_t Wz + h_(t-1) Uz + bz)
    c_t = tanh(x_t Wc + h_(t-1) Uc + bc)
    h_t = z_t h_(t-1) + (1 - z_t) c_t

It is the light gated recurrent unit (M. Ravanelli et al., "Light Gated Recurrent Units for Speech Recognition", 2018)
with tanh in place of ReLU, so that the state stays in -1...1 over streams of any length. Against a GRU it needs two
thirds of the products and half of the graph operations for each hop.

Notable: autograd would make one weight-gradient product for each step. Here `backward` walks back through time once for
the gate gradients, then makes each weight gradient in one product over the whole sequence. On a CPU with g++ both walks
run in recurrence.cpp, compiled at first use; elsewhere (CUDA, no compiler, odd widths) in PyTorch, with the same
result.
"""

import ctypes
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import torch
from torch import Tensor

SOURCE = Path(__file__).with_suffix(".cpp")


@functools.cache
def native() -> ctypes.CDLL | None:
    """The compiled walks, or None where they cannot be built. DENOISE_NATIVE=0 turns them off."""
    if os.environ.get("DENOISE_NATIVE") == "0" or not shutil.which("g++"):
        return None
    library = SOURCE.with_name("librecurrence.so")  # no importable name
    if not library.exists() or library.stat().st_mtime < SOURCE.stat().st_mtime:
        with tempfile.NamedTemporaryFile(dir=SOURCE.parent, suffix=".so", delete=False) as part:
            pass
        command = ["g++", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", str(SOURCE), "-o", part.name]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            os.unlink(part.name)
            print(f"recurrence.cpp did not compile, PyTorch is used instead:\n{done.stderr[-500:]}")
            return None
        os.replace(part.name, library)
    return ctypes.CDLL(str(library))


def pointers(*tensors: Tensor) -> list[ctypes.c_void_p]:
    return [ctypes.c_void_p(t.data_ptr()) for t in tensors]


def sizes(steps: int, rows: int, width: int) -> list:
    return [*map(ctypes.c_int64, (steps, rows, width)), ctypes.c_int(torch.get_num_threads())]


class LightRecurrence(torch.autograd.Function):
    """Gates' input part [T, R, 2C] (z then c), state [R, C], recurrent weight [C, 2C] -> all states [T, R, C]."""

    @staticmethod
    def forward(ctx, gates_in: Tensor, state: Tensor, weight: Tensor) -> Tensor:
        steps, rows, width = gates_in.shape[0], gates_in.shape[1], state.shape[1]
        gates = torch.empty_like(gates_in)  # [T, R, 2C], after their activation
        states = gates_in.new_empty(steps + 1, rows, width)
        states[0] = state
        ctx.native = gates_in.device.type == "cpu" and width % 16 == 0 and gates_in.dtype == torch.float32 and native()
        if ctx.native:
            gates_in, weight = gates_in.contiguous(), weight.contiguous()
            ctx.native.light_forward(*pointers(gates_in, weight, gates, states), *sizes(steps, rows, width))
        else:
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
        steps, rows, width = grad_states.shape
        grad_gates = torch.empty_like(gates)
        grad = torch.zeros_like(states[0])
        back = weight.t().contiguous()
        if ctx.native:
            arrays = (grad_states.contiguous(), gates, states, back, grad_gates, grad)
            ctx.native.light_backward(*pointers(*arrays), *sizes(steps, rows, width))
        else:
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


def light_recurrence(gates_in: Tensor, state: Tensor, weight: Tensor) -> Tensor:
    return LightRecurrence.apply(gates_in, state, weight)
