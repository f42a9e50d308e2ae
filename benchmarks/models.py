"""Size and speed of every registered 3D model on this machine.

Run from the repository root: ``python benchmarks/models.py --box 32``. Prints one row a model:
parameters, floating-point operations of one item's forward pass (a multiplication and an
addition count as two), seconds of one training step (forward, backward, SGD) and items per
second in inference, and both as ratios to ``compact``. Medians after one warm-up.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode

import models3d
from cryoal.learning.task_model import TaskModel

CLASSES = 11


def median_seconds(work: Callable[[], None], repeats: int) -> float:
    work()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def forward_gflop(model: TaskModel, x: torch.Tensor) -> float:
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        model(x[:1])
    return float(counter.get_total_flops() / 1e9)


def step_seconds(model: TaskModel, x: torch.Tensor, repeats: int) -> float:
    model.train()
    targets = torch.arange(len(x), device=x.device) % CLASSES
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

    def step() -> None:
        optimiser.zero_grad()
        torch.autograd.backward(cross_entropy(model(x), targets))
        optimiser.step()

    return median_seconds(step, repeats)


def inference_seconds(model: TaskModel, x: torch.Tensor, repeats: int) -> float:
    model.eval()

    def infer() -> None:
        with torch.inference_mode():
            model(x)

    return median_seconds(infer, repeats)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--box", type=int, default=32, help="box edge in px, 24 to 64")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--models", nargs="+", default=models3d.names())
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    x = torch.randn(options.batch, 1, options.box, options.box, options.box, device=options.device)
    print(
        f"torch {torch.__version__}, {options.device}, {options.threads} threads, "
        f"box {options.box} px, batch {options.batch}, median of {options.repeats}\n"
    )
    print("| model | parameters, M | GFLOP/item | step, s | / compact | items/s | / compact |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    compact_step = compact_rate = float("nan")
    for name in sorted(options.models, key=lambda name: (name != "compact", name)):
        model = models3d.build(name, 1, CLASSES, options.box).to(options.device)
        parameters = sum(p.numel() for p in model.parameters()) / 1e6
        gflop = forward_gflop(model.eval(), x)
        step = step_seconds(model, x, options.repeats)
        rate = len(x) / inference_seconds(model, x, options.repeats)
        if name == "compact":
            compact_step, compact_rate = step, rate
        print(
            f"| {name} | {parameters:.2f} | {gflop:.2f} | {step:.3f} | {step / compact_step:.1f} "
            f"| {rate:.1f} | {rate / compact_rate:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
