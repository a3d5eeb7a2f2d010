"""Where and how precisely numbers are computed: device, threads, bf16 autocast."""

from __future__ import annotations

import os

import torch

from ..config import Precision


def set_threads(num_threads: int) -> None:
    """Use this many CPU threads; 0 is all cores this process may run on."""
    torch.set_num_threads(num_threads or len(os.sched_getaffinity(0)))


def pick_device() -> torch.device:
    """Return the first GPU, or the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """Return a context in which matrix products run in bf16, if that is the precision; weights stay fp32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")
