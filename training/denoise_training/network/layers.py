"""The layers between the recurrent cells: a product over windows of an image's rows, and a mix of all its rows.

Notable: an image is one hop, [frequencies, channels]. In the plain form a convolution unfolds its windows into columns.
In layers.cpp, on a CPU with a compiler, windows are read where they lie, and bias, residual and ReLU are part of the
product.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from . import native


class NativeWindows(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx, x: Tensor, weight: Tensor, bias: Tensor, residual: Tensor | None, stride: int, relu: bool
    ) -> Tensor:
        x = x.contiguous()
        residual = None if residual is None else residual.contiguous()
        images, rows, width = x.shape
        out = x.new_empty(images, rows // stride, weight.shape[1])
        sizes = [images, rows, width, weight.shape[0] // width, stride, weight.shape[1]]
        native.call("windows_forward", [x, weight, bias, residual, out], sizes, (int(relu),))
        ctx.save_for_backward(x, weight, out if relu else None)
        ctx.sizes, ctx.relu = sizes, relu
        return out

    @staticmethod
    def backward(ctx, grad_out: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, out = ctx.saved_tensors
        grad_out = grad_out.contiguous()
        needs = ctx.needs_input_grad
        grad_x = torch.empty_like(x) if needs[0] else None
        grad_residual = torch.empty_like(grad_out) if needs[3] and ctx.relu else None
        grad_weight, grad_bias = torch.empty_like(weight), weight.new_empty(weight.shape[1])
        value = grad_out if out is None else out
        arrays = [x, weight, value, grad_out, grad_x, grad_residual, grad_weight, grad_bias]
        native.call("windows_backward", arrays, ctx.sizes, (int(ctx.relu),))
        if needs[3] and not ctx.relu:
            grad_residual = grad_out
        return grad_x, grad_weight, grad_bias, grad_residual, None, None


def windows(
    x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, relu: bool = False, residual: Tensor | None = None
) -> Tensor:
    """act(bias + windows of x times weight + residual): x [N, F, C], weight [taps * C, out] -> [N, F / stride, out].

    A convolution over frequency; with one tap a dense layer. Padding is one-sided by (taps - stride) split as evenly as
    possible, left first, which is what SAME means in tfjs.
    """
    taps = weight.shape[0] // x.shape[-1]
    if native.fits_windows(x, weight, backward=x.requires_grad):
        return NativeWindows.apply(x, weight, bias, residual, stride, relu)
    total = taps - stride
    left = total // 2
    padded = F.pad(x, (0, 0, left, total - left))
    columns = padded.unfold(1, taps, stride).transpose(2, 3).reshape(-1, weight.shape[0])  # [N * F / stride, taps * C]
    out = torch.addmm(bias, columns, weight).view(x.shape[0], x.shape[1] // stride, weight.shape[1])
    out = out if residual is None else out + residual
    return torch.relu(out) if relu else out


class NativeMix(torch.autograd.Function):
    @staticmethod
    def forward(ctx, h: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        h = h.contiguous()
        out = torch.empty_like(h)
        native.call("mix_forward", [h, weight, bias, out], [*h.shape])
        ctx.save_for_backward(h, weight, out)
        return out

    @staticmethod
    def backward(ctx, grad_out: Tensor) -> tuple[Tensor, ...]:
        h, weight, out = ctx.saved_tensors
        grads = [torch.empty_like(h), torch.empty_like(weight), weight.new_empty(weight.shape[0])]
        native.call("mix_backward", [h, weight, out, grad_out.contiguous(), *grads], [*h.shape])
        return tuple(grads)


def mix(h: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """relu(every channel's frequencies times weight + bias): h [N, F, C], weight [F, F], bias [F] -> [N, F, C]."""
    if native.fits(h, weight):
        return NativeMix.apply(h, weight, bias)
    # Left product with the transposed weight: the same sums as transposing, without moving the data.
    return torch.relu(torch.matmul(weight.t(), h) + bias[:, None])
