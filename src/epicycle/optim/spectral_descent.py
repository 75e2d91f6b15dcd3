"""`SpectralDescent`: a global search for frequencies inside the user's own training loop."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.optim import Optimizer

from epicycle.limits import LEARNING
from epicycle.optim import searching
from epicycle.optim.banks import banks_of, parameters_of
from epicycle.optim.calibrate import calibrations
from epicycle.optim.hunt import Band
from epicycle.optim.pooling import Pool
from epicycle.optim.probe import Probe
from epicycle.optim.reservoir import Reservoir
from epicycle.optim.schedule import Schedule


@dataclass(frozen=True)
class Move:
    """A frequency that was put on a line.

    Attributes
    ----------
    step : int
        Number of optimizer steps taken before.
    parameter, index : int
        Which of the frequency parameters, and which frequency of it.
    frequency : tuple of float
        The new frequency, in cycles per unit of each input.
    false_alarm_probability : float
        Probability that noise shows such a line anywhere in the band that was searched.
    """

    step: int
    parameter: int
    index: int
    frequency: tuple[float, ...]
    false_alarm_probability: float


class SpectralDescent:
    """Let an optimizer find frequencies anywhere, not only downhill.

    It attaches itself to the optimizer and the module; the training loop stays as it is.  At the
    steps 1, 2, 4, 8, 16, 64, 256, ... it searches the spectrum of minus the gradient of the loss
    at the module's output for lines that the network does not explain, and moves frequencies
    there.  Between searches frequencies are stepped by the optimizer itself, but in units of
    phase.  With ``torch.compile(..., fullgraph=True)``, attach to the compiled network.

    Parameters
    ----------
    optimizer : Optimizer
        Any optimizer of ``torch.optim``, holding the module's parameters.
    module : Module
        The network, or the part of it whose first argument the frequencies multiply.  It may be
        wrapped by ``torch.compile`` or ``DistributedDataParallel``.
    band : pair of float, optional
        Lowest and highest frequency to search, in cycles per unit of the inputs (also where the
        parameters are angular frequencies).  Without it the band grows from three cycles over
        the inputs seen, octave by octave, as far as samples, dtype and cost allow.
    angular_frequencies : iterable of Parameter, optional
        Parameters of any module that are angular frequencies, as ``freq`` in ``sin(freq * x)``.
        Layers with ``learns_by_spectrum = True``, as those of ``epicycle.nn``, are found by
        themselves.
    frequencies : iterable of Parameter, optional
        Parameters that are frequencies in cycles, as in ``sin(2 * pi * freq * x)``.  Named either
        way, the network is asked before the first step what a change of the value changes: any
        other unit, a period or a logarithm is converted, and what is none of these is refused.
    input : callable, optional
        What named parameters multiply, from the module's positional arguments, as
        ``lambda args: args[0][:, :1]``.  Without it, the column of the arguments along which the
        output shows their frequency.
    false_alarm : float
        Probability that a whole run moves any frequency where there is only noise.
    capacity : int
        Samples that a search looks at: the latest ones.
    process_group : ProcessGroup, optional
        Processes that train this network together, where `module` is not itself the
        ``DistributedDataParallel``.

    Attributes
    ----------
    moves : list of Move
        What was done so far.

    Raises
    ------
    TypeError, ValueError
        If there is nothing to learn, a parameter is not the module's, or the optimizer lacks it.

    Examples
    --------
    >>> import torch
    >>> from epicycle.optim import SpectralDescent
    >>> class Sin(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.freq = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    ...
    ...     def forward(self, x):
    ...         return torch.sin(self.freq * x)
    >>> _ = torch.manual_seed(0)
    >>> net = Sin()
    >>> opt = torch.optim.SGD(net.parameters(), lr=1e-4)
    >>> descent = SpectralDescent(opt, net, angular_frequencies=[net.freq])
    >>> for _ in range(4):
    ...     x = (torch.rand(1024, 1, dtype=torch.float64) * 2 - 1) * 1000
    ...     loss = ((net(x) - torch.sin(31 * x)) ** 2).mean()
    ...     opt.zero_grad()
    ...     loss.backward()
    ...     opt.step()
    >>> print(f"{net.freq.item():.6f}")
    31.000000
    """

    def __init__(
        self,
        optimizer: Optimizer,
        module: nn.Module,
        *,
        band: tuple[float, float] | None = None,
        angular_frequencies: Iterable[nn.Parameter] | None = None,
        frequencies: Iterable[nn.Parameter] | None = None,
        input: Callable[[tuple[Any, ...]], Tensor] | None = None,
        false_alarm: float = 0.01,
        capacity: int = 4096,
        process_group: dist.ProcessGroup | None = None,
    ) -> None:
        self._optimizer = optimizer
        named = [(p, True) for p in parameters_of(angular_frequencies, "angular_frequencies")]
        named += [(p, False) for p in parameters_of(frequencies, "frequencies")]
        self._banks = banks_of(optimizer, module, named, input)
        names = {id(parameter): name for name, parameter in module.named_parameters()}
        self._names = [names[id(bank.parameter)] for bank in self._banks]
        self._band = _checked_band(band)
        for bank in self._banks:
            self._band.check_inputs(bank.inputs)
        self._schedule = Schedule(_checked_probability(false_alarm))
        self._probe = Probe(module)
        self._pool = Pool(module, process_group)
        self._reservoir = Reservoir(-(-capacity // self._pool.size))
        self._rows = [0, 0]  # in the step before, and in this one so far
        self._recording = True
        self._told: set[str] = set()
        self.moves: list[Move] = []
        self._handles: list[Any] = [
            module.register_forward_hook(_Watch(self._record)),
            optimizer.register_step_pre_hook(self._before_step),
            optimizer.register_step_post_hook(self._after_step),
            *(bank.watch() for bank in self._banks),
        ]

    # ---- The life of a step ------------------------------------------------------------------

    def _record(self, arguments: tuple[Any, ...], output: Tensor, gradient: Tensor) -> None:
        """During the backward pass: remember what the network was given, said, and should say."""
        if not self._recording:
            return
        self._rows[1] += len(output)
        if self._schedule.sampling(max(self._rows), self._reservoir.capacity):
            self._reservoir.add(arguments, output, gradient)

    def _before_step(self, _: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Show the optimizer phases where the network has frequencies.

        It then steps them by its own rules, with its own state and the schedule of its learning
        rate, but neither decays them nor throws them out of their basin.
        """
        self._measure_spread()
        for bank in self._banks:
            bank.follow_user()
            bank.to_phase()
        if "closure" in kwargs and kwargs["closure"] is not None:
            return args, {**kwargs, "closure": self._with_frequencies(kwargs["closure"])}
        if len(args) > 1 and args[1] is not None:  # the first one is the optimizer
            return (args[0], self._with_frequencies(args[1]), *args[2:]), kwargs
        return None

    def _after_step(self, *_: Any) -> None:
        """Give the network its frequencies back, and search for better ones when it is time."""
        for bank in self._banks:
            bank.accept()
        self._schedule.step += 1
        self._rows = [self._rows[1], 0]
        self._recording = True
        if self._schedule.due:
            self._search()

    def _search(self) -> None:
        """Look at the spectrum of minus the gradient, and move frequencies to its lines."""
        banks = [bank for bank in self._banks if not bank.frozen]
        if not banks:
            if self._schedule.step == 1:
                warnings.warn(_FROZEN, RuntimeWarning, stacklevel=2)
            return
        self._calibrate()
        self._measure_spread()
        chunks = self._pool.chunks(self._reservoir.chunks, banks[0].parameter.device)
        outcome = self._pool.agree(
            searching.search(
                chunks,
                banks,
                self._probe,
                self._band,
                self._schedule.allowance,
                self._schedule.effort(sum(map(len, chunks))),
            )
        )
        for number, index in outcome.used:
            banks[number].release(index)
        for number, index in outcome.retired:
            banks[number].retire(index)
        for better in outcome.corrections:
            banks[better.bank].correct(better.index, better.frequency)
        for placed in outcome.placements:
            bank = banks[placed.bank]
            bank.place(placed.index, placed.frequency, placed.error, placed.strength)
            bank.forget_state(placed.index, self._optimizer)
            self.moves.append(
                Move(
                    step=self._schedule.step,
                    parameter=self._banks.index(bank),
                    index=placed.index,
                    frequency=tuple(placed.frequency.tolist()),
                    false_alarm_probability=placed.false_alarm_probability,
                )
            )
            # what was seen before a move shows a line that is explained now
            self._reservoir.clear()
        for kind, note in outcome.notes.items():
            if kind not in self._told:
                self._told.add(kind)
                warnings.warn(f"SpectralDescent: {note}", RuntimeWarning, stacklevel=2)
        if outcome.unresolved and not self.moves and self._schedule.step == LEARNING.patience:
            warnings.warn(f"SpectralDescent {outcome.unresolved}", RuntimeWarning, stacklevel=2)

    # ---- Closures and the first step ---------------------------------------------------------

    def _with_frequencies(self, closure: Callable[[], Any]) -> Callable[[], Any]:
        """Return a closure that evaluates the network at its frequencies, not at phases."""

        def evaluate() -> Any:
            phases = [bank.to_frequency() for bank in self._banks]
            loss = closure()
            self._measure_spread()
            # evaluations of the same samples must not count as further ones
            self._recording = False
            for bank, phase in zip(self._banks, phases, strict=True):
                bank.to_phase(phase)
            return loss

        return evaluate

    def _calibrate(self) -> None:
        """Ask the network what the parameters are that were named as frequencies."""
        if all(bank.calibrated for bank in self._banks):
            return
        found = calibrations(self._banks, self._names, self._reservoir.chunks, self._probe)
        for number, seen in self._pool.agree(found).items():
            bank = self._banks[number]
            bank.rescale(seen.scale)
            bank.pick = bank.pick or seen.input

    def _measure_spread(self) -> None:
        """Once there are inputs, fix the unit in which phases are stepped."""
        if all(bank.spread is not None for bank in self._banks):
            return
        self._calibrate()
        spreads = searching.spreads(self._reservoir.chunks, self._banks, self._probe)
        everywhere = self._pool.gather(spreads)
        for number, bank in enumerate(self._banks):
            values = [spread[number] for spread in everywhere if number in spread]
            if not values or bank.spread is not None:
                continue
            bank.observe(torch.stack(values).square().mean(0).sqrt())
            if bank.parameter.grad is not None:
                bank.parameter.grad = bank.phase_gradient(bank.parameter.grad)

    # ---- State -------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the state as a dictionary; it holds the samples of the reservoir too."""
        return {
            "step": self._schedule.step,
            "samples": self._schedule.samples,
            "rows": list(self._rows),
            "moves": [asdict(move) for move in self.moves],
            "banks": [bank.state_dict() for bank in self._banks],
            "reservoir": self._reservoir.state_dict(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state returned by :meth:`state_dict`.

        Load the module's and the optimizer's own states as well.
        """
        if len(state_dict["banks"]) != len(self._banks):
            raise ValueError(
                f"state_dict has {len(state_dict['banks'])} frequency parameters, and the module "
                f"has {len(self._banks)}. To fix this, attach to the same module as before."
            )
        self._schedule.step = state_dict["step"]
        self._schedule.samples = state_dict["samples"]
        self._rows = list(state_dict["rows"])
        self.moves = [
            Move(**{**move, "frequency": tuple(move["frequency"])}) for move in state_dict["moves"]
        ]
        for bank, state in zip(self._banks, state_dict["banks"], strict=True):
            bank.load_state_dict(state)
        self._reservoir.load_state_dict(state_dict["reservoir"])

    def detach(self) -> None:
        """Leave optimizer and module as they were; frequencies keep their values."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._reservoir.clear()

    remove = detach


_FROZEN = (
    "SpectralDescent moves nothing: every frequency of the module is frozen "
    "(requires_grad=False). To fix this, let them learn, or leave the line out."
)


class _Watch:
    """The forward hook: passes on what goes in, what comes out, and the gradient there.

    A copy of the module (an average of its weights, a pickle) is not the one in training, so
    the hook of a copy does nothing.
    """

    def __init__(self, record: Callable[[tuple[Any, ...], Tensor, Tensor], None] | None) -> None:
        self._record = record

    def __call__(self, _: nn.Module, arguments: tuple[Any, ...], output: Any) -> None:
        record = self._record
        if record is None or not isinstance(output, Tensor) or not output.requires_grad:
            return
        said = output.detach()  # not the output itself, whose hook would keep it alive
        output.register_hook(  # type: ignore[no-untyped-call]
            lambda gradient: record(arguments, said, gradient)
        )

    def __deepcopy__(self, memo: Any) -> _Watch:
        return _Watch(None)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Watch, (None,)


def _checked_band(band: tuple[float, float] | None) -> Band:
    if band is None:
        return Band()
    low, high = map(float, band)
    if not 0 <= low < high < float("inf"):
        raise ValueError(
            f"band must be a pair 0 <= lowest < highest in cycles per unit, got {band!r}."
        )
    return Band(low, high)


def _checked_probability(false_alarm: float) -> float:
    if not 0 < false_alarm < 1:
        raise ValueError(f"false_alarm must lie between 0 and 1, got {false_alarm!r}.")
    return false_alarm
