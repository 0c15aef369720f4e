"""A data set that is not Fashion-MNIST, to try psrdb on: six shapes in any colour, size and place on
backgrounds of any colours, 32×32 RGB, 400 training and 80 test images of each, a third of them JPEG.

    python3 Benchmarks/shapes.py FOLDER

Needs NumPy and Pillow.
"""

import pathlib
import random
import sys

import numpy
from PIL import Image, ImageDraw

SIDE = 32
CLASSES = ["disc", "box", "peak", "plus", "ring", "x"]
IMAGES = {"train": 400, "test": 80}

draws = random.Random(1)


def background():
    colours = numpy.random.default_rng(draws.getrandbits(32))
    small = colours.integers(0, 256, (4, 4, 3), dtype=numpy.uint8)
    return Image.fromarray(small).resize((SIDE, SIDE), Image.BICUBIC)


def image(shape):
    """Drawn four times as large and made smaller, for smooth edges."""
    side = 4 * SIDE
    large = background().resize((side, side))
    draw = ImageDraw.Draw(large)
    colour = tuple(draws.randint(0, 255) for _ in range(3))
    r = draws.uniform(0.2, 0.35) * side
    x, y = draws.uniform(0.35, 0.65) * side, draws.uniform(0.35, 0.65) * side
    box = [x - r, y - r, x + r, y + r]
    if shape == "disc":
        draw.ellipse(box, fill=colour)
    elif shape == "box":
        draw.rectangle(box, fill=colour)
    elif shape == "peak":
        draw.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=colour)
    elif shape == "plus":
        draw.rectangle([x - r, y - r / 4, x + r, y + r / 4], fill=colour)
        draw.rectangle([x - r / 4, y - r, x + r / 4, y + r], fill=colour)
    elif shape == "ring":
        draw.ellipse(box, outline=colour, width=max(2, int(r / 4)))
    else:
        draw.line(box, fill=colour, width=int(r / 3))
        draw.line([x - r, y + r, x + r, y - r], fill=colour, width=int(r / 3))
    return large.resize((SIDE, SIDE), Image.LANCZOS)


folder = pathlib.Path(sys.argv[1])
for split, count in IMAGES.items():
    for shape in CLASSES:
        into = folder / split / shape
        into.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            if number % 3 == 2:
                image(shape).save(into / f"{number:04}.jpg", quality=92)
            else:
                image(shape).save(into / f"{number:04}.png")
