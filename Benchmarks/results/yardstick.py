"""Random real images under the settings whose accuracies are published: the students of
recipes/yardstick.yaml, from the file that `make yardstick` writes of its pool, beside those that
Benchmarks/yardstick.py trained with PyTorch, in the file next to it."""
import collections
import json
import statistics

from tables import mean_sd, table

# Accuracy and sd in percent as given, by (augmentation, epochs, IPC).
PUBLISHED = {
    ("none", 300, 10): [("published", 73.8, 0.7), ("independent PyTorch, 4 subsets", 74.0, 0.9)],
    ("none", 300, 50): [("published", 82.5, 0.7)],
    ("dsa", 1000, 10): [("independent PyTorch, 3 subsets", 76.2, 0.3)],
    ("dsa", 1000, 50): [],
}

TEXT = """
## The yardstick

Random real images under both settings of the hard protocol, ConvNet-3: what psrdb's students are
worth beside those of others. Accuracy is the mean over subsets of the mean over a subset's students,
± the sd over subsets with n − 1. “Within two sd” compares the difference of the two means with twice
the sd of the other figure as it was given; psrdb's own spread is not added, which would only let
more pass. Those sds are over students or subsets, as their sources have them, not of the mean.
Published: the Random row of DC's table (arXiv 2006.05929). Independent PyTorch: DC's and DSA's
`evaluate_synset` on subsets of this data set, run apart from psrdb; its code is not here. The other
PyTorch rows are of `Benchmarks/yardstick.py`, which has that protocol once more, on other subsets than
psrdb's. `make yardstick` fills the pool.

"""


def pytorch(path):
    """Figures like those of PUBLISHED, of the students of Benchmarks/yardstick.py."""
    students = collections.defaultdict(list)
    for e in json.loads(path.read_text()) if path.exists() else []:
        students[e["augment"], e["epochs"], e["ipc"]].append(100 * e["accuracy"])
    return {
        key: [(f"PyTorch, {len(values)} subsets", round(statistics.fmean(values), 1),
               round(statistics.stdev(values), 1))]
        for key, values in students.items() if len(values) > 1}


def text(path):
    """The section, or nothing where nobody has trained a student of it yet."""
    subsets = collections.defaultdict(lambda: collections.defaultdict(list))
    kernels = collections.Counter()
    for e in json.loads(path.read_text()) if path.exists() else []:
        kind, ipc, _ = e["selection"].split("-")  # real-IPC-SEED
        augment = json.loads(e["settings"])["augment"]
        if kind == "real" and (e["protocol"], e["student"]) == ("hard", "convnet3"):
            subsets[augment, e["epochs"], int(ipc)][e["selection"]].append(100 * e["accuracy"])
            kernels[e["blas"]] += 1
    rows = []
    beside = pytorch(path.with_name("yardstick-pytorch.json"))
    for key, figures in PUBLISHED.items():
        if key not in subsets:
            continue
        augment, epochs, ipc = key
        students = subsets[key].values()
        means = [statistics.fmean(values) for values in students]
        each = sorted({len(values) for values in students})
        counts = f"{len(means)} × {'–'.join(str(n) for n in dict.fromkeys([each[0], each[-1]]))}"
        for name, mean, sd in figures + beside.get(key, []) or [("none known", None, None)]:
            row = [f"{augment}, {epochs} epochs", f"{ipc}", mean_sd(means), counts]
            if mean is None:
                rows.append(row + [name, "", ""])
                continue
            difference = statistics.fmean(means) - mean
            within = "yes" if abs(difference) <= 2 * sd else "no"
            rows.append(row + [f"{mean} ± {sd} ({name})", f"{difference:+.1f}",
                               f"{within} (2 × {sd})"])
    if not rows:
        return ""
    return TEXT + table(["augmentation", "IPC", "psrdb", "subsets × students", "others",
                         "difference", "within two sd"], rows) + "\npsrdb's students by kernels: " + (
        ", ".join(f"{count} {blas}" for blas, count in kernels.most_common()) + ".\n")
