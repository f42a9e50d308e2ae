"""Find out, from a small forward pass, how each parameter of a model is to be measured."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from torch import Tensor, nn
from torch.autograd.graph import Node, saved_tensors_hooks

from cryoal.errors import CryoalError
from cryoal.gradnorm.rules import LayerRule, rule_for

_NORMS_BY_BATCH = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.SyncBatchNorm,
    nn.InstanceNorm1d,
    nn.InstanceNorm2d,
    nn.InstanceNorm3d,
)
DROPOUTS = (
    nn.Dropout,
    nn.Dropout1d,
    nn.Dropout2d,
    nn.Dropout3d,
    nn.AlphaDropout,
    nn.FeatureAlphaDropout,
)


@dataclass
class Plan:
    """What a small forward pass tells about a model.

    Attributes:
        rules: by module name, the layers measured in batches.
        slow: by full name, those that no rule covers, measured one sample at a time.
        slow_kinds: class names of the modules that own them.
        bytes_per_sample: what a pass over one sample holds: all that autograd keeps between
            forward and backward, and three of the largest such tensors for the way back.
    """

    rules: dict[str, LayerRule]
    slow: dict[str, nn.Parameter]
    slow_kinds: set[str]
    bytes_per_sample: int

    def covers(self, model: nn.Module, logits: Tensor, tapped: set[str]) -> bool:
        """Whether all that led to `logits` is measured, and once.

        Args:
            tapped: names of the layers whose rule is at work in this pass.
        """
        uses = _parameter_uses(logits)
        return all(
            uses[parameter] == 0
            or name in self.slow
            or (uses[parameter] == 1 and name.rpartition(".")[0] in tapped)
            for name, parameter in model.named_parameters()
            if parameter.requires_grad
        )

    def give_up(self, name: str, layer: nn.Module) -> None:
        """Measure the layer called `name` one sample at a time."""
        self.rules.pop(name, None)
        self.slow |= trainable(name, layer)
        self.slow_kinds.add(type(layer).__name__)


def trainable(name: str, layer: nn.Module) -> dict[str, nn.Parameter]:
    """The layer's own trainable parameters by full name."""
    return {
        f"{name}.{key}" if name else key: parameter
        for key, parameter in layer.named_parameters(recurse=False)
        if parameter.requires_grad
    }


@dataclass
class _Calls:
    """How often a module ran, and whether its tensors had one row a sample."""

    count: int = 0
    by_row: bool = True


@dataclass
class _Saved:
    """Bytes that autograd saved, each storage once."""

    owned: set[int]
    sizes: dict[int, int] = field(default_factory=dict)

    def pack(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self.owned:
            self.sizes[storage.data_ptr()] = storage.nbytes()
        return tensor


_PLANS: WeakKeyDictionary[nn.Module, tuple[Hashable, Plan]] = WeakKeyDictionary()


def plan_for(model: nn.Module, x: Tensor) -> Plan:
    """The plan made for an earlier batch of samples of this shape, or a new one.

    A kept plan may be out of date where the model decides for itself which layers it uses: see
    `Plan.covers`, and `forget` to have it made again.

    Raises:
        CryoalError: as `make_plan`.
    """
    flags = tuple(p.requires_grad for p in model.parameters())
    modules = tuple((name, type(module), module.training) for name, module in model.named_modules())
    signature = (x.shape[1:], x.dtype, x.device, flags, modules)
    kept = _PLANS.get(model)
    if kept is None or kept[0] != signature:
        kept = _PLANS[model] = (signature, make_plan(model, x))
    return kept[1]


def forget(model: nn.Module) -> None:
    """Drop the plan that `plan_for` keeps."""
    _PLANS.pop(model, None)


def make_plan(model: nn.Module, x: Tensor) -> Plan:
    """Run `model` on copies of the first sample of x (B, ...) and decide for each parameter.

    Two copies, or three if B is two: a layer whose first dimension is not the batch may by
    chance have the right size once, not both here and in the batch. (One copy would do for that
    too, but torch has no fast 3D convolution on CPU for a batch of one.)

    A layer's rule holds if the layer ran once, took and gave one tensor with the batch first,
    and nothing else used its parameters: the autograd graph shows each use.

    Raises:
        CryoalError: nothing to measure, a parameter that two modules share, a layer in training
            mode that mixes samples or draws numbers, or a model that does not return a tensor.
    """
    check(model)
    layers = {
        name: module
        for name, module in model.named_modules()
        if any(p.requires_grad for p in module.parameters(recurse=False))
    }
    calls = {name: _Calls() for name in layers}
    copies = 3 if len(x) == 2 else 2
    logits, held = _probe(model, x[:1].repeat(copies, *[1] * (x.dim() - 1)), layers, calls)
    uses = _parameter_uses(logits)

    plan = Plan({}, {}, set(), held // copies)
    for name, layer in layers.items():
        used = max(uses[parameter] for parameter in trainable(name, layer).values())
        if used == 0:
            continue  # the output does not depend on it: its gradient is zero
        rule = rule_for(layer)
        if rule is not None and calls[name].count == 1 and calls[name].by_row and used == 1:
            plan.rules[name] = rule
        else:
            plan.give_up(name, layer)
    return plan


def check(model: nn.Module) -> None:
    """Refuse models whose samples have no gradient of their own, or none to speak of."""
    owners: dict[nn.Parameter, str] = {}
    for name, module in model.named_modules():
        for key, parameter in module.named_parameters(recurse=False):
            full = f"{name}.{key}" if name else key
            if parameter in owners:
                raise CryoalError(
                    f"parameters {owners[parameter]!r} and {full!r} are tied: "
                    "gradient norms need untied parameters"
                )
            owners[parameter] = full
        kind = type(module).__name__
        if isinstance(module, _NORMS_BY_BATCH) and _mixes_samples(module):
            raise CryoalError(
                f"{kind} {name!r} normalises by the statistics of the batch: call model.eval(), "
                "and keep running statistics"
            )
        if isinstance(module, DROPOUTS) and module.training and module.p > 0:
            raise CryoalError(f"{kind} {name!r} is in training mode: call model.eval()")
    if not any(parameter.requires_grad for parameter in owners):
        raise CryoalError("the model has no trainable parameter: set requires_grad on some")


def _mixes_samples(module: nn.Module) -> bool:
    if isinstance(module, nn.InstanceNorm1d | nn.InstanceNorm2d | nn.InstanceNorm3d):
        return module.training and module.track_running_stats
    return module.training or getattr(module, "running_mean", None) is None


def _probe(
    model: nn.Module, x: Tensor, layers: dict[str, nn.Module], calls: dict[str, _Calls]
) -> tuple[Tensor, int]:
    """One forward pass with its graph, and the bytes that the graph holds."""

    def record(seen: _Calls, args: tuple[object, ...], output: object) -> None:
        seen.count += 1
        tensors = [*args, output]
        seen.by_row &= len(args) == 1 and all(
            isinstance(tensor, Tensor) and tensor.dim() > 1 and len(tensor) == len(x)
            for tensor in tensors
        )

    handles = [
        layer.register_forward_hook(
            lambda _, args, output, seen=calls[name]: record(seen, args, output)
        )
        for name, layer in layers.items()
    ]
    saved = _Saved({tensor.untyped_storage().data_ptr() for tensor in model.parameters()})
    try:
        with saved_tensors_hooks(saved.pack, lambda tensor: tensor):
            logits = model(x)
    finally:
        for handle in handles:
            handle.remove()
    if not isinstance(logits, Tensor):
        raise CryoalError(f"the model must return logits, not {type(logits).__name__}")
    sizes = saved.sizes.values()
    return logits, sum(sizes) + 3 * max(sizes, default=0)


def _parameter_uses(logits: Tensor) -> Counter[Tensor]:
    """How many operations behind `logits` take each leaf tensor."""
    uses: Counter[Tensor] = Counter()
    seen: set[Node] = set()
    pending = [logits.grad_fn] if logits.grad_fn is not None else []
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        for source, _ in node.next_functions:
            if source is None:
                continue
            if hasattr(source, "variable"):
                uses[source.variable] += 1
            else:
                pending.append(source)
    return uses
