"""The loop in which sin could not be learned, with one line added.

    python examples/blog_loop.py                     # the frequency of the problem, 31
    python examples/blog_loop.py 310 --without       # another one, and the loop as it was

The network, the optimizer and the loop are those of the page that stated the problem ("Nevermind
XOR - Deep Learning has an issue with Sin", lostmsu.github.io, April 18, 2022), where the loss
"just floats around 1 and never converges".
"""

from __future__ import annotations

import argparse

import torch

from epicycle.optim import SpectralDescent

BATCH_SIZE = 1024


class Sin(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.freq = torch.nn.Parameter(torch.randn(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sin(self.freq * x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frequency", type=float, nargs="?", default=31.0)
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", action="store_true", help="leave the added line out")
    options = parser.parse_args()
    torch.manual_seed(options.seed)

    def func(x: torch.Tensor) -> torch.Tensor:
        return torch.sin(x * options.frequency)

    net = Sin()
    opt = torch.optim.SGD(net.parameters(), lr=0.0001)
    if not options.without:
        SpectralDescent(opt, net, angular_frequencies=[net.freq])  # the one added line

    for batch_idx in range(options.batches):
        batch = (torch.rand(size=[BATCH_SIZE, 1]) * 2 - 1) * 1000

        out = net(batch)
        expected = func(batch)

        loss = ((out - expected) ** 2).mean()

        opt.zero_grad()
        loss.backward()
        opt.step()

        if batch_idx in (0, 1, 2, 5, 10, 100) or batch_idx == options.batches - 1:
            print(f"batch {batch_idx:5}  loss {loss.item():.3g}  freq {net.freq.item():.7g}")


if __name__ == "__main__":
    main()
