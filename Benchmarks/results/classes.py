"""Which classes students tell apart."""
import statistics

from ablation import MAIN
from tables import table

ROWS = ["real-random", "generate-and-use", "select-only", "refine-only", "psr", "psr-2x2"]

TEXT = """
## Which classes

Accuracy on each class in percent, ConvNet-3, hard protocol with DSA, mean over students of pools 0 and 1.
Fashion-MNIST's classes: 0 T-shirt, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt,
7 sneaker, 8 bag, 9 ankle boot.

"""


def text(ablation):
    cells = ablation.classes[MAIN]
    rows = [
        [f"{ipc}", row] + [f"{statistics.fmean(values):.0f}" for values in zip(*cells[row, ipc])]
        for ipc in ablation.ipcs for row in ROWS if (row, ipc) in cells]
    if not rows:
        return ""
    return TEXT + table(["IPC", "row"] + [f"{place}" for place in range(len(rows[0]) - 2)], rows)
