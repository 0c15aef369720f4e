"""The hard protocol in PyTorch, apart from psrdb: students of random real images of Fashion-MNIST,
which psrdb's own are held against (docs/RESULTS.md, "The yardstick").

    python3 Benchmarks/yardstick.py docs/evaluations/yardstick-pytorch.json

Needs PyTorch and NumPy. A student at a time is appended to the file; what it has is not trained again.

Protocol: `evaluate_synset` of DC (arXiv 2006.05929) and DSA (arXiv 2102.08259): SGD 0.01, momentum
0.9, weight decay 5e-4, batches of 256, one pass more than the epochs, a tenth of the rate and no
momentum from the middle on; the test split once, at the end.
"""

import gzip
import json
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F

import networks

DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
MEAN, SD = 0.2861, 0.3530
SETTINGS = [("none", 300, 10, 4), ("dsa", 1000, 10, 4), ("none", 300, 50, 2), ("dsa", 1000, 50, 2)]


def read(split):
    def array(name, header):
        bytes = gzip.decompress((DATA / f"{split}-{name}-ubyte.gz").read_bytes())
        return numpy.frombuffer(bytes, numpy.uint8, offset=header)

    images = torch.tensor(array("images-idx3", 16).reshape(-1, 1, 28, 28)) / 255
    return (images - MEAN) / SD, torch.tensor(array("labels-idx1", 8).astype(numpy.int64))


def uniform(n, low, high):
    return torch.empty(n, 1, 1, 1).uniform_(low, high)


def color(x):
    x = x + uniform(len(x), -0.5, 0.5)
    grey = x.mean(1, keepdim=True)
    x = (x - grey) * uniform(len(x), 0, 2) + grey
    mean = x.mean((1, 2, 3), keepdim=True)
    return (x - mean) * uniform(len(x), 0.5, 1.5) + mean


def crop(x):
    """Moved by up to an eighth of the side, zeros coming in."""
    n, _, h, w = x.shape
    reach = int(h * 0.125 + 0.5)
    padded = F.pad(x, [reach] * 4)
    rows = torch.randint(0, 2 * reach + 1, (n, 1)) + torch.arange(h)
    columns = torch.randint(0, 2 * reach + 1, (n, 1)) + torch.arange(w)
    return padded[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(
        0, 3, 1, 2)


def cutout(x):
    """A box of half the side, of which a part may lie outside, is zero."""
    n, _, h, w = x.shape
    size = int(h * 0.5 + 0.5)

    def inside(side):
        first = torch.randint(0, side + 1 - size % 2, (n, 1)) - size // 2
        places = torch.arange(side)
        return (places >= first) & (places < first + size)

    box = inside(h)[:, :, None] & inside(w)[:, None, :]
    return x * ~box[:, None]


def flip(x):
    return torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(3), x)


def warp(x, matrices):
    return F.grid_sample(
        x, F.affine_grid(matrices, x.shape, align_corners=False), align_corners=False)


def scale(x):
    matrices = torch.zeros(len(x), 2, 3)
    matrices[:, 0, 0].uniform_(1 / 1.2, 1.2)
    matrices[:, 1, 1].uniform_(1 / 1.2, 1.2)
    return warp(x, matrices)


def rotate(x):
    angle = torch.empty(len(x)).uniform_(-15, 15).deg2rad()
    matrices = torch.zeros(len(x), 2, 3)
    matrices[:, 0, 0] = matrices[:, 1, 1] = angle.cos()
    matrices[:, 1, 0] = angle.sin()
    matrices[:, 0, 1] = -angle.sin()
    return warp(x, matrices)


def dsa(x):
    """One way for a batch, with numbers of its own for each image."""
    return [color, crop, cutout, flip, scale, rotate][torch.randint(0, 6, ())](x)


def train(images, labels, epochs, augments):
    network = networks.ConvNet("convnet3", 28, 1)
    compiled = torch.compile(network)

    def optimizer(rate):
        return torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9, weight_decay=5e-4)

    sgd = optimizer(0.01)
    for epoch in range(epochs + 1):
        for places in torch.randperm(len(images)).split(256):
            shown = images[places]
            sgd.zero_grad()
            F.cross_entropy(compiled(dsa(shown) if augments else shown), labels[places]).backward()
            sgd.step()
        if epoch == epochs // 2 + 1:
            sgd = optimizer(0.001)
    return network.eval()


@torch.inference_mode()
def accuracy(network, images, labels):
    hits = [(network(x).argmax(1) == y).sum() for x, y in zip(images.split(500), labels.split(500))]
    return (sum(hits) / len(labels)).item()


def main(path):
    train_images, train_labels = read("train")
    test = read("t10k")
    students = json.loads(path.read_text()) if path.exists() else []
    for augment, epochs, ipc, subsets in SETTINGS:
        for subset in range(subsets):
            key = dict(augment=augment, epochs=epochs, ipc=ipc, subset=subset)
            if any(key.items() <= student.items() for student in students):
                continue
            random = numpy.random.default_rng(subset)
            places = numpy.concatenate([
                random.choice((train_labels == label).nonzero()[:, 0].numpy(), ipc, replace=False)
                for label in range(10)])
            torch.manual_seed(subset)
            network = train(train_images[places], train_labels[places], epochs, augment == "dsa")
            students.append(dict(
                key, accuracy=round(accuracy(network, *test), 4), torch=torch.__version__))
            print(students[-1], flush=True)
            lines = ",\n".join(json.dumps(student) for student in students)
            path.write_text(f"[\n{lines}\n]\n")


main(pathlib.Path(sys.argv[1]))
