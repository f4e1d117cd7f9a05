"""The kernels for a GPU, run by their language's interpreter on this CPU, against the plain form."""

import importlib.util
import subprocess
import sys

import pytest
from support import TRAINING

COMPARE = """
import torch
from denoise_training.network.recurrence import PlainRecurrence
from denoise_training.network.recurrence_gpu import GpuRecurrence

generator = torch.Generator().manual_seed(1)
for steps, rows, width in ((1, 1, 16), (7, 16, 16), (5, 19, 32), (3, 33, 64)):
    shapes = (steps, rows, 2 * width), (rows, width), (width, 2 * width)
    inputs = [(0.3 * torch.randn(shape, generator=generator)).requires_grad_() for shape in shapes]
    grad = torch.randn(steps, rows, width, generator=generator)
    plain, ours = (form.apply(*inputs) for form in (PlainRecurrence, GpuRecurrence))
    torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-4)
    for a, b in zip(torch.autograd.grad(ours, inputs, grad), torch.autograd.grad(plain, inputs, grad), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)
    print("alike", steps, rows, width)
"""


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="Triton is not installed: pip install triton")
def test_kernels_give_the_values_and_gradients_of_the_plain_form():
    # In a process of its own: the interpreter is chosen before Triton is imported.
    done = subprocess.run(
        [sys.executable, "-c", COMPARE], cwd=TRAINING, env={"TRITON_INTERPRET": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("alike") == 4
