"""The power of a spectrum with its gradient: in one pass each, where a sum over pairs takes several."""

import torch
from torch import Tensor


class Power(torch.autograd.Function):
    @staticmethod
    def forward(ctx, spectrum: Tensor) -> Tensor:
        ctx.save_for_backward(spectrum)
        parts = torch.view_as_real(spectrum)
        real, imaginary = parts[..., 0], parts[..., 1]
        return torch.addcmul(real * real, imaginary, imaginary)

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        (spectrum,) = ctx.saved_tensors
        return torch.view_as_complex(torch.view_as_real(spectrum) * (2 * grad)[..., None])


def power(spectrum: Tensor) -> Tensor:
    """|X|^2 of complex values."""
    return Power.apply(spectrum)
