"""`SpectralDescent`: a global search for frequencies inside the user's own training loop."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.optim import Optimizer

from epicycle.limits import LEARNING
from epicycle.optim import searching
from epicycle.optim.band import checked_band
from epicycle.optim.banks import banks_of, parameters_of
from epicycle.optim.calibrate import calibrations
from epicycle.optim.followers import Copies, Iterates, forget_moments, innermost
from epicycle.optim.moves import Move, Unplaced
from epicycle.optim.pooling import Pool
from epicycle.optim.probe import Probe
from epicycle.optim.relapse import Relapse
from epicycle.optim.reservoir import Reservoir
from epicycle.optim.schedule import Schedule, checked_probability
from epicycle.optim.watch import Watch, uncompiled


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
    output_of : Module, optional
        The part of the module whose output is looked at, as ``net.head``, where the module itself
        returns a loss alone.  Outputs may be tensors, or tuples, mappings and dataclasses of them.
    false_alarm : float
        Probability that a whole run moves any frequency where there is only noise.
    capacity : int
        Samples that a search looks at: the latest ones.
    on_move : callable, optional
        Called with each :class:`Move` once it is done.
    process_group : ProcessGroup, optional
        Processes that train this network together, where `module` is not itself the
        ``DistributedDataParallel``.

    Attributes
    ----------
    moves : list of Move
        What was done so far.
    unplaced : tuple of Unplaced
        Significant lines of the latest search for which there was no frequency.

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
        output_of: nn.Module | None = None,
        false_alarm: float = 0.01,
        capacity: int = 4096,
        on_move: Callable[[Move], None] | None = None,
        process_group: dist.ProcessGroup | None = None,
    ) -> None:
        optimizer = innermost(optimizer)
        self._optimizer = optimizer
        named = [(p, True) for p in parameters_of(angular_frequencies, "angular_frequencies")]
        named += [(p, False) for p in parameters_of(frequencies, "frequencies")]
        self._banks = banks_of(optimizer, module, named, input)
        names = {id(parameter): name for name, parameter in module.named_parameters()}
        self._names = [names[id(bank.parameter)] for bank in self._banks]
        self._band = checked_band(band)
        for bank in self._banks:
            self._band.check_inputs(bank.inputs)
        self._schedule = Schedule(checked_probability(false_alarm))
        self._probe = Probe(module, output_of)
        self._pool = Pool(module, process_group)
        self._reservoir = Reservoir(-(-capacity // self._pool.size))
        self._rows = [0, 0]  # in the step before, and in this one so far
        self._recording = True
        self._told: set[str] = set()
        self.moves: list[Move] = []
        self.unplaced: tuple[Unplaced, ...] = ()
        self._on_move = on_move
        self._relapse = Relapse()
        self._copies = Copies(module, self._banks)
        self._iterates = [Iterates(optimizer, bank) for bank in self._banks]
        self._watch = Watch(module, output_of, self._wanted, self._relapse.note)
        self._handles: list[Any] = [
            # in a compiled step as well, they are no part of what is compiled
            optimizer.register_step_pre_hook(uncompiled(self._before_step)),
            optimizer.register_step_post_hook(uncompiled(self._after_step)),
            *(bank.watch() for bank in self._banks),
        ]

    # ---- The life of a step ------------------------------------------------------------------

    def _wanted(self, rows: int) -> bool:
        """During the backward pass: whether to remember what these rows show."""
        if not self._recording:
            return False
        self._rows[1] += rows
        return self._schedule.sampling(max(self._rows), self._reservoir.capacity)

    def _gather(self) -> None:
        """Remember what the network was given, said, and should say since the last time."""
        for noted in self._watch.take():
            self._reservoir.add(noted.arguments, *noted.joined())

    def _before_step(self, _: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Show the optimizer phases where the network has frequencies.

        It then steps them by its own rules, with its own state and the schedule of its learning
        rate; weight decay does not reach them, and a rate that suits the other weights keeps them
        in their basins.
        """
        self._gather()
        self._measure_spread()
        changed = [bank.follow_user() for bank in self._banks]
        if any(changed):
            self._begin_anew()
        for bank, iterates in zip(self._banks, self._iterates, strict=True):
            if not bank.frozen:
                iterates.to_phase()
            bank.to_phase()
        if "closure" in kwargs and kwargs["closure"] is not None:
            return args, {**kwargs, "closure": self._with_frequencies(kwargs["closure"])}
        if len(args) > 1 and args[1] is not None:  # the first one is the optimizer
            return (args[0], self._with_frequencies(args[1]), *args[2:]), kwargs
        return None

    def _after_step(self, *_: Any) -> None:
        """Give the network its frequencies back, and search for better ones when it is time."""
        for bank, iterates in zip(self._banks, self._iterates, strict=True):
            if bank.shows_phase:
                iterates.to_value()
            bank.accept()
        self._schedule.step += 1
        self._rows = [self._rows[1], 0]
        self._recording = True
        if self._schedule.step % LEARNING.pause == 0:
            # agreed on in all processes, wherever copies follow
            lost, fallen = self._pool.agree(self._relapse.judged())
            if lost:
                self._begin_anew()
            if fallen:
                self._copies.begin()
        if self._schedule.due:
            self._search()
        self._copies.update()
        if self._schedule.step == LEARNING.silent:
            self._break_silence()

    def _search(self) -> None:
        """Look at the spectrum of minus the gradient, and move frequencies to its lines."""
        banks = [bank for bank in self._banks if not bank.frozen]
        if not banks:
            if self._schedule.step == 1:
                warnings.warn(_FROZEN, RuntimeWarning, stacklevel=2)
            return
        self._calibrate()
        self._measure_spread(widening=True)
        chunks = self._pool.chunks(self._reservoir.chunks, banks[0].parameter.device)
        samples = sum(map(len, chunks))
        outcome = self._pool.agree(
            searching.search(
                chunks,
                banks,
                self._probe,
                self._band,
                self._schedule.allow(),
                self._schedule.effort(samples),
            )
        )
        self._schedule.searched(samples, bool(outcome.placements))
        for number, index, power in outcome.heard:
            banks[number].heard[index] = power
        for number, index in outcome.used:
            banks[number].release(index)
        for number, index in outcome.retired:
            banks[number].retire(index)
        for better in outcome.corrections:
            banks[better.bank].correct(better.index, better.frequency)
        for placed in outcome.placements:
            bank = banks[placed.bank]
            bank.place(placed.index, placed.frequency, placed.error, placed.strength)
            forget_moments(self._optimizer, bank, placed.index)
            number = self._banks.index(bank)
            self._iterates[number].move(placed.index)
            self.moves.append(Move.of(self._schedule.step, number, placed))
            # what was seen before a move shows a line that is explained now
            self._reservoir.clear()
            self._relapse.moved()
        self.unplaced = tuple(Unplaced.of(self._schedule.step, line) for line in outcome.unplaced)
        if outcome.placements or outcome.used:
            self._copies.begin()
        if self._on_move is not None:
            for move in self.moves[len(self.moves) - len(outcome.placements) :]:
                self._on_move(move)
        for kind, note in outcome.notes.items():
            if kind not in self._told:
                self._told.add(kind)
                warnings.warn(f"SpectralDescent: {note}", RuntimeWarning, stacklevel=2)
        if outcome.unresolved and not self.moves and self._schedule.step == LEARNING.patience:
            warnings.warn(f"SpectralDescent {outcome.unresolved}", RuntimeWarning, stacklevel=2)

    def _break_silence(self) -> None:
        """Say why nothing was seen so far."""
        reason = self._watch.silence([bank.parameter for bank in self._banks])
        if reason:
            warnings.warn(f"SpectralDescent {reason}", RuntimeWarning, stacklevel=2)

    # ---- Closures and the first step ---------------------------------------------------------

    def _with_frequencies(self, closure: Callable[[], Any]) -> Callable[[], Any]:
        """Return a closure that evaluates the network at its frequencies, not at phases."""

        def evaluate() -> Any:
            phases = [bank.to_frequency() for bank in self._banks]
            loss = closure()
            self._gather()
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

    def _begin_anew(self) -> None:
        """Search as at the start: the frequencies, or the target, are not what they were."""
        if self._schedule.restart():
            self._reservoir.clear()

    def _measure_spread(self, *, widening: bool = False) -> None:
        """Once there are inputs, fix the unit in which phases are stepped; widen it with them."""
        if not widening and all(bank.spread is not None for bank in self._banks):
            return
        self._calibrate()
        spreads = searching.spreads(self._reservoir.chunks, self._banks, self._probe)
        everywhere = self._pool.gather(spreads)
        for number, bank in enumerate(self._banks):
            values = [spread[number] for spread in everywhere if number in spread]
            if not values:
                continue
            spread = torch.stack(values).square().mean(0).sqrt()
            if bank.spread is not None:
                bank.widen(spread)
                continue
            bank.observe(spread)
            if bank.parameter.grad is not None:
                bank.parameter.grad = bank.phase_gradient(bank.parameter.grad)

    # ---- Copies ------------------------------------------------------------------------------

    def follow(self, copy: nn.Module) -> None:
        """Give a copy of the network the same frequencies from now on.

        When one was moved, once more when the network makes use of it, and while the gradient
        falls by much, the copy becomes as the network is: an average begins anew there.

        Parameters
        ----------
        copy : Module
            An averaged copy, as ``ema.module``, or a target network.

        Raises
        ------
        TypeError, ValueError
            If it is no copy of the module.
        """
        self._copies.add(copy)

    # ---- State -------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the state as a dictionary; it holds the samples of the reservoir too."""
        self._gather()
        return {
            "step": self._schedule.step,
            "samples": self._schedule.samples,
            "origin": self._schedule.origin,
            "searches": self._schedule.searches,
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
        self._schedule.origin = state_dict.get("origin", 0)
        self._schedule.searches = state_dict.get("searches", self._schedule.step.bit_length())
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
        self._watch.remove()
        self._reservoir.clear()

    remove = detach


_FROZEN = (
    "SpectralDescent moves nothing: every frequency of the module is frozen "
    "(requires_grad=False). To fix this, let them learn, or leave the line out."
)
