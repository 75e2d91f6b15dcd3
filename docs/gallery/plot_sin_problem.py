"""
Learning sin(31 x)
==================

A network with a single parameter, the angular frequency of a sine, cannot learn
sin(31 x) on [-1000, 1000] by gradient descent: the loss is flat but for one narrow dent,
and a step finds it by chance or never. The spectrum of minus the gradient of the loss shows the
frequency at once.
"""

import matplotlib.pyplot as plt
import torch

from epicycle.optim import SpectralDescent

# %%
# The loop of everyone, with an optional line. ``SpectralDescent`` watches the network, looks at the
# spectrum of the gradient at its output, and moves the frequency where it stands out.


class Sin(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.freq = torch.nn.Parameter(torch.randn(1))

    def forward(self, x):
        return torch.sin(self.freq * x)


def losses(added_line, batches=400):
    torch.manual_seed(0)
    net = Sin()
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
    if added_line:
        SpectralDescent(optimizer, net, angular_frequencies=[net.freq])
    result = []
    for _ in range(batches):
        x = (torch.rand(1024, 1) * 2 - 1) * 1000
        loss = ((net(x) - torch.sin(31 * x)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        result.append(loss.item())
    print(f"frequency after {batches} batches: {net.freq.item():.6f}")
    return result


without, with_it = losses(False), losses(True)

# %%
# Without the line the loss floats around 1, which is that of no relation at all. With it, a few
# batches are enough.

figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
axes.plot(without, color="0.6", label="SGD")
axes.plot(with_it, color="C0", label="SGD and SpectralDescent")
axes.set(xlabel="batch", ylabel="mean squared error", ylim=(-0.05, 1.45))
axes.legend(frameon=False, ncols=2, loc="upper right")
plt.show()
