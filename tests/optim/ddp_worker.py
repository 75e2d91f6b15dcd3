"""One of two processes that train a network on unequal shards, twice; started by the test."""

from __future__ import annotations

import json
import math
import os
import sys

import torch
import torch.distributed as dist
from torch import nn

from epicycle.optim import SpectralDescent
from tests.optim import networks


def train(rank: int, pooled: bool) -> dict[str, object]:
    """Return what four steps of the network have come to."""
    torch.manual_seed(0)
    net = networks.head(4, 1)
    wrapped = nn.parallel.DistributedDataParallel(net)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    # attached to the bare network, a process sees only its own samples
    descent = SpectralDescent(opt, wrapped if pooled else net)
    torch.manual_seed(1 + rank)
    for _ in range(4):
        x, y = networks.sine_batch(31.0, size=512 if rank == 0 else 200, noise=math.sqrt(0.5))
        if rank == 1:
            y = math.sqrt(0.5) * torch.randn_like(y)  # holds no signal at all
        loss = ((wrapped(x) - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    return {
        "frequency": net[0].frequency.detach()[:, 0].tolist(),
        "weights": [p.detach().sum().item() for p in net.parameters()],
        "moves": len(descent.moves),
    }


def main(rank: int, port: int, answer: str) -> None:
    torch.set_num_threads(1)
    store = dist.TCPStore("127.0.0.1", port, 2, is_master=rank == 0)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=2)
    with open(answer, "w") as file:
        json.dump({"pooled": train(rank, pooled=True), "alone": train(rank, pooled=False)}, file)
    dist.barrier()  # nobody closes a connection that the other still uses
    dist.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    # Gloo's threads may outlive the process group, and the interpreter's teardown aborts on them.
    os._exit(0)
