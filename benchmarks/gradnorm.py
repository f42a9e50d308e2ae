"""What exact gradient norms cost, as ratios to an ordinary forward and backward pass.

    python benchmarks/gradnorm.py                  every 3D model: time and peak memory
    python benchmarks/gradnorm.py --egl            cost of egl against the number of classes
    python benchmarks/gradnorm.py --rules          each way to norm a Conv3d weight gradient

Contestants run in turn, round after round, so that a busy machine slows all of them alike;
a ratio is the median over the rounds. Peak memory is that of a fresh process.
"""

import argparse
import copy
import math
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import models3d
from cryoal.gradnorm import conv, gradient_norms, reference
from cryoal.gradnorm.losses import entropy

CLASSES = 10
COMPACT = "compact"
LARGEST_VMAP_BYTES = 2 * 2**30
CONVOLUTIONS = [
    # channels in, out, side, kernel, stride, groups
    (1, 16, 32, 3, 1, 1),
    (1, 64, 32, 7, 2, 1),
    (3, 4, 29, 4, 1, 1),
    (4, 5, 30, 3, 1, 1),
    (21, 10, 20, 3, 1, 1),
    (16, 16, 32, 3, 1, 1),
    (32, 32, 16, 3, 1, 1),
    (64, 64, 16, 3, 1, 1),
    (64, 128, 16, 3, 2, 1),
    (64, 128, 16, 1, 2, 1),
    (64, 64, 8, 3, 1, 1),
    (64, 64, 8, 3, 1, 8),
    (128, 32, 8, 3, 1, 1),
    (128, 128, 8, 3, 1, 1),
    (256, 128, 8, 1, 1, 1),
    (128, 256, 8, 3, 2, 1),
    (128, 32, 4, 3, 1, 1),
    (512, 128, 4, 1, 1, 1),
    (256, 256, 4, 3, 1, 1),
    (256, 512, 4, 3, 2, 1),
    (512, 512, 2, 3, 1, 1),
]


def problem(name: str, options: argparse.Namespace, classes: int) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    model = models3d.build(name, 1, classes, options.box).to(options.device).eval()
    x = torch.randn(options.batch, 1, *[options.box] * 3, device=options.device)
    return model, x


def forward_backward(model: nn.Module, x: Tensor) -> None:
    """The unit: eval mode, mean cross-entropy, gradients of all parameters."""
    target = torch.zeros(len(x), dtype=torch.int64, device=x.device)
    torch.autograd.grad(F.cross_entropy(model(x), target), list(model.parameters()))


def training_step(model: nn.Module, x: Tensor) -> None:
    model.train()
    optimiser = torch.optim.AdamW(model.parameters())
    F.cross_entropy(model(x), torch.zeros(len(x), dtype=torch.int64, device=x.device)).backward()
    optimiser.step()


def vmap_norms(model: nn.Module, x: Tensor) -> Tensor:
    parameters = dict(model.named_parameters())
    if 4 * len(x) * sum(p.numel() for p in parameters.values()) > LARGEST_VMAP_BYTES:
        raise MemoryError("gradients > 2 GiB")

    def loss(values: dict[str, Tensor], sample: Tensor) -> Tensor:
        return entropy(torch.func.functional_call(model, values, (sample[None],)))[0]

    gradients = torch.func.vmap(torch.func.grad(loss), (None, 0))(parameters, x)
    return torch.stack([g.flatten(1).norm(dim=1) for g in gradients.values()]).sum(0)


def backpack_norms(model: nn.Module, x: Tensor) -> Tensor:
    """`model` must have been extended."""
    from backpack import backpack
    from backpack.extensions import BatchL2Grad

    model.zero_grad()
    with backpack(BatchL2Grad()):
        entropy(model(x)).sum().backward()
    return torch.stack([p.batch_l2.sqrt() for p in model.parameters()]).sum(0)


def extended(model: nn.Module) -> nn.Module:
    from backpack import extend

    return extend(copy.deepcopy(model))


def why_not(norms: Callable[[], Tensor], wanted: Tensor) -> str | None:
    """Why a rival engine is left out, or None if it gives the right numbers."""
    try:
        error = ((norms() - wanted).abs() / wanted).max().item()
    except Exception as problem:  # what a rival raises is its own; it goes into the table
        text = str(problem).strip().splitlines() or [""]
        return f"{type(problem).__name__}: {text[0][:40]}"
    return None if error < 1e-2 else f"wrong by {error:.0e}"


def rounds(contestants: dict[str, Callable[[], object]], repeats: int, device: str) -> dict:
    """Seconds by contestant, a list over rounds; one round more, the first, is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(repeats + 1):
        for name, run in contestants.items():
            if device == "cuda":
                torch.cuda.synchronize()
            start = time.perf_counter()
            run()
            if device == "cuda":
                torch.cuda.synchronize()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def ratio(seconds: dict, name: str, unit: str) -> float:
    return statistics.median(a / b for a, b in zip(seconds[name], seconds[unit], strict=True))


def peak_bytes(task: str, name: str, options: argparse.Namespace) -> int:
    """Peak memory of one task above what model and batch take, in a fresh process."""
    command = [sys.executable, __file__, "--peak", task, "--models", name]
    command += ["--batch", options.batch, "--box", options.box, "--device", options.device]
    command += ["--threads", options.threads]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True)
    return int(done.stdout)


def measure_peak(task: str, model: nn.Module, x: Tensor) -> int:
    run = {"gradnorm": gradient_norms, "training": training_step}[task]
    if x.is_cuda:
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        run(model, x)
        return torch.cuda.max_memory_allocated() - before
    reset = Path("/proc/self/clear_refs")
    if not reset.exists():  # not Linux: the peak so far stands in for the present use
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        run(model, x)
        return 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    reset.write_text("5")  # the peak starts anew from the present use
    before = peak_kib()
    run(model, x)
    return 1024 * (peak_kib() - before)


def peak_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def model_row(name: str, options: argparse.Namespace) -> list[str]:
    model, x = problem(name, options, CLASSES)
    wanted = gradient_norms(model, x)
    contestants: dict[str, Callable[[], object]] = {
        "unit": lambda: forward_backward(model, x),
        "gradnorm": lambda: gradient_norms(model, x),
    }
    rivals: dict[str, Callable[[], Tensor]] = {"vmap": lambda: vmap_norms(model, x)}
    cells: dict[str, str] = {}
    try:
        twin = extended(model)
        rivals["backpack"] = lambda: backpack_norms(twin, x)
    except ImportError:
        cells["backpack"] = "n/a: not installed"
    seconds = rounds(contestants, options.repeats, options.device)
    slow = {**contestants, "loop": lambda: reference.gradient_norms(model, x)}
    for rival, run in rivals.items():
        reason = why_not(run, wanted)
        if reason is None:
            slow[rival] = run
        else:
            cells[rival] = f"n/a: {reason}"
    slow_seconds = rounds(slow, options.loop_repeats, options.device)
    for rival in rivals.keys() & slow.keys():
        cells[rival] = f"{ratio(slow_seconds, rival, 'unit'):.2f}"
    memory = peak_bytes("gradnorm", name, options) / peak_bytes("training", name, options)
    return [
        name,
        f"{1000 * statistics.median(seconds['unit']):.0f}",
        f"{ratio(seconds, 'gradnorm', 'unit'):.2f}",
        f"{ratio(slow_seconds, 'loop', 'gradnorm'):.1f}",
        f"{memory:.2f}",
        cells["vmap"],
        cells["backpack"],
    ]


def egl_row(classes: int, options: argparse.Namespace) -> list[str]:
    model, x = problem(options.models[0], options, classes)
    seconds = rounds(
        {
            "unit": lambda: forward_backward(model, x),
            "entropy": lambda: gradient_norms(model, x),
            "egl": lambda: gradient_norms(model, x, "egl"),
        },
        options.repeats,
        options.device,
    )
    by_unit, by_entropy = ratio(seconds, "egl", "unit"), ratio(seconds, "egl", "entropy")
    return [str(classes), f"{by_unit:.2f}", f"{by_entropy:.2f}", f"{by_entropy / classes:.2f}"]


def rule_row(case: Sequence[int], options: argparse.Namespace) -> list[str]:
    """Milliseconds of the ordinary weight gradient and of each rule, the chosen one starred."""
    inputs, outputs, side, kernel, stride, groups = case
    pad = kernel // 2
    layer = nn.Conv3d(inputs, outputs, kernel, stride, pad, groups=groups).to(options.device)
    x = torch.randn(options.batch, inputs, side, side, side, device=options.device)
    grad = torch.randn_like(layer(x)).detach()
    x, shape = conv.zero_padded(layer, x)
    rules = [conv.instantiate_grouped, conv.instantiate_one_by_one]
    if groups == 1:
        rules.append(conv.instantiate_padded)
    if shape.pointwise:
        rules.append(conv.instantiate_matmul)
    if math.prod(grad.shape[2:]) <= 512 and not (shape.pointwise and side > 8):
        rules += [conv.gram_unfolded]
        rules += [conv.gram] if math.prod(x.shape[2:]) <= 512 else []

    def ordinary() -> None:
        torch.ops.aten.convolution_backward(
            grad, x, layer.weight, None, shape.stride, shape.padding, shape.dilation,
            False, (0, 0, 0), groups, (False, True, False),
        )  # fmt: skip

    contestants: dict[str, Callable[[], object]] = {"ordinary": ordinary}
    with torch.no_grad():
        for rule in rules:
            contestants[rule.__name__] = lambda rule=rule: rule(shape, x, grad)
        seconds = rounds(contestants, options.repeats, options.device)
    chosen = conv.choose(shape, x, grad).__name__
    cells = ["x".join(map(str, case))]
    for name in ("ordinary", *RULE_NAMES):
        taken = f"{1000 * statistics.median(seconds[name]):.1f}" if name in seconds else "-"
        cells.append(taken + "*" * (name == chosen))
    return cells


RULE_NAMES = [
    "instantiate_grouped",
    "instantiate_padded",
    "instantiate_one_by_one",
    "instantiate_matmul",
    "gram",
    "gram_unfolded",
]


def show(header: list[str], rows: Sequence[Callable[[], list[str]]]) -> None:
    """Print a Markdown table, a row as soon as it is measured."""
    print("| " + " | ".join(header) + " |")
    print("|" + " --- |" * len(header), flush=True)
    for row in rows:
        print("| " + " | ".join(row()) + " |", flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--models", nargs="+", choices=models3d.names())
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--box", type=int, default=32, help="box edge in voxels")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--loop-repeats", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--egl", action="store_true")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--peak", choices=["gradnorm", "training"], help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    options = parse()
    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    warnings.filterwarnings("ignore", message="Full backward hook is firing")  # BackPACK
    if options.peak:
        print(measure_peak(options.peak, *problem(options.models[0], options, CLASSES)))
    elif options.rules:
        header = ["in x out x side x kernel x stride x groups, ms", "ordinary", *RULE_NAMES]
        show(header, [lambda case=case: rule_row(case, options) for case in CONVOLUTIONS])
    elif options.egl:
        options.models = options.models or [COMPACT]
        header = ["classes", "egl / forward+backward", "egl / entropy", "the same / classes"]
        show(header, [lambda n=n: egl_row(n, options) for n in (2, 5, 10, 20)])
    else:
        header = [
            "model",
            "forward+backward, ms",
            "gradnorm / it",
            "loop / gradnorm",
        ]
        header += ["peak memory / training step", "vmap(grad) / it", "BackPACK / it"]
        names = options.models or models3d.names()
        show(header, [lambda name=name: model_row(name, options) for name in names])


if __name__ == "__main__":
    main()
