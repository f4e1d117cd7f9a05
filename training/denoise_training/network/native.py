"""Kernels for one CPU, compiled from the C++ beside this file at first use, where there is a compiler.

Notable: everything that uses them has a plain form in PyTorch with the same result (CUDA, no compiler, odd widths),
which tests hold them to.
"""

import ctypes
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

FOLDER = Path(__file__).parent
SOURCES = [FOLDER / name for name in ("recurrence.cpp", "layers.cpp")]
HEADERS = [FOLDER / name for name in ("precision.h", "products.h", "threads.h")]
LIBRARY = FOLDER / "libkernels.so"  # no importable name
LANES = 16

hidden = False
halves = False


@functools.cache
def kernels() -> ctypes.CDLL | None:
    """The compiled kernels, or None where they cannot be built. DENOISE_NATIVE=0 turns them off."""
    if os.environ.get("DENOISE_NATIVE") == "0" or not shutil.which("g++"):
        return None
    if not LIBRARY.exists() or LIBRARY.stat().st_mtime < max(p.stat().st_mtime for p in SOURCES + HEADERS):
        with tempfile.NamedTemporaryFile(dir=FOLDER, suffix=".so", delete=False) as part:
            pass
        flags = ["-std=c++17", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-pthread"]
        done = subprocess.run(["g++", *flags, *map(str, SOURCES), "-o", part.name], capture_output=True, text=True)
        if done.returncode:
            os.unlink(part.name)
            print(f"the kernels did not compile, PyTorch is used instead:\n{done.stderr[-500:]}")
            return None
        os.replace(part.name, LIBRARY)
    return ctypes.CDLL(str(LIBRARY))


@contextmanager
def plain_form() -> Iterator[None]:
    """Inside it everything runs in PyTorch, where a counter of operations sees it."""
    global hidden
    hidden, before = True, hidden
    try:
        yield
    finally:
        hidden = before


def multiplies_halves() -> bool:
    """Whether this processor has products of bfloat16 for the kernels."""
    return kernels() is not None and bool(kernels().multiplies_halves())


@contextmanager
def half_products(wanted: bool = True) -> Iterator[None]:
    """Inside it kernels multiply bfloat16 and add float32 where the processor does that, and float32 elsewhere."""
    global halves
    halves, before = wanted, halves
    try:
        yield
    finally:
        halves = before


def fits(*tensors: Tensor) -> bool:
    """Whether the kernels take these: float32 on a CPU, with rows of whole vectors."""
    plain = all(t.device.type == "cpu" and t.dtype == torch.float32 for t in tensors)
    return plain and all(t.shape[-1] % LANES == 0 for t in tensors) and not hidden and kernels() is not None


def fits_windows(x: Tensor, weight: Tensor, backward: bool) -> bool:
    """The same for a product over windows, whose rows are filled up to whole vectors but where a gradient goes back."""
    plain = all(t.device.type == "cpu" and t.dtype == torch.float32 for t in (x, weight))
    return plain and (not backward or weight.shape[0] % LANES == 0) and not hidden and kernels() is not None


def call(name: str, tensors: list[Tensor | None], sizes: list[int], flags: tuple[int, ...] = ()) -> None:
    """Runs one kernel on this thread's share of PyTorch's threads. None stands for an array that is not wanted."""
    pointers = [ctypes.c_void_p(None if t is None else t.data_ptr()) for t in tensors]
    counts = [ctypes.c_int64(size) for size in sizes]
    getattr(kernels(), name)(*pointers, *counts, *map(ctypes.c_int, (*flags, halves, torch.get_num_threads())))
