"""What Pool, Select and Refine each bring: the students of pools that recipes/results-IPC.yaml has
filled, from the files that `make results` writes of them by query."""
import collections
import json
import math
import pathlib
import re
import statistics

from tables import mean_interval, mean_sd, table

# ConvNet-3 on the whole training split, as DC and its successors publish it (93.5 ± 0.1 %).
WHOLE = 0.935
# Those that every row has, as far as it is trained.
POOLS = 0, 1
# What fills a pool, by budget.
RECIPES = pathlib.Path(__file__).parents[2] / "recipes"
# What the field compares by: protocol, augmentation, student, epochs.
MAIN = "hard", "dsa", "convnet3", 1000
ROWS = ["real-random", "real-herding", "real-k-center", "generate-and-use", "pool-random",
        "top-confidence", "cao2-style", "select-only", "select-by-budget", "refine-only", "psr",
        "real-random-2x2", "select-only-2x2", "psr-2x2"]
PAIRS = [("psr", "generate-and-use"), ("psr", "pool-random"), ("psr", "top-confidence"),
         ("psr", "real-random"), ("psr", "select-only"), ("psr", "refine-only"),
         ("select-only", "generate-and-use"), ("select-only", "pool-random"),
         ("select-only", "top-confidence"), ("refine-only", "generate-and-use"),
         ("select-by-budget", "generate-and-use"), ("select-by-budget", "pool-random"),
         ("select-by-budget", "top-confidence"), ("select-by-budget", "cao2-style"),
         ("select-by-budget", "select-only"), ("top-confidence", "generate-and-use"),
         ("cao2-style", "generate-and-use"),
         ("psr-2x2", "psr"), ("psr-2x2", "select-only-2x2"), ("psr-2x2", "real-random-2x2")]


def of_pools(cell):
    """The students of POOLS among those of a row, so that rows are of the same draws."""
    return {student: accuracy for student, accuracy in cell.items() if student[0] in POOLS}


def counted(pools):
    return f"{len(pools)} pool" + ("s" if len(pools) != 1 else "")


def clock(seconds):
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def label(setting):
    protocol, augment, student, epochs = setting
    return f"{student}, {protocol} ({augment}), {epochs} epochs"


class Ablation:
    """Students that are not trained yet are left out."""

    def __init__(self, folder):
        """- folder: has results-IPC-POOL.json, the pools counted from 0."""
        # Accuracies in percent: of a setting, (row, IPC), (pool, seed).
        self.accuracies = collections.defaultdict(lambda: collections.defaultdict(dict))
        # Lists of every class's accuracy in percent: of a setting, (row, IPC), of POOLS.
        self.classes = collections.defaultdict(lambda: collections.defaultdict(list))
        # (pool, seed) of every student: of a setting, (row, IPC).
        self.trained = collections.defaultdict(lambda: collections.defaultdict(set))
        # Seconds of every student: of a setting, IPC.
        self.seconds = collections.defaultdict(lambda: collections.defaultdict(list))
        # Rows of every student: of a pool, IPC; of what they were trained with.
        self.makers = collections.defaultdict(lambda: collections.defaultdict(list))
        self.tests = set()
        seen = set()  # students that two pools trained on the very same set with the same seed
        for path in sorted(folder.glob("results-*-*.json")):
            ipc, pool = (int(part) for part in path.stem.split("-")[1:])
            for e in json.loads(path.read_text()):
                row = e["selection"].removesuffix(f"-{ipc}")
                if row not in ROWS:
                    continue
                augment = json.loads(e["settings"])["augment"]
                setting = e["protocol"], augment, e["student"], e["epochs"]
                self.trained[setting][row, ipc].add((pool, e["seed"]))
                self.seconds[setting][ipc].append(e["seconds"])
                blas, psrdb = (e[key] or "unknown" for key in ("blas", "psrdb"))
                self.makers[pool, ipc][f"{blas} (psrdb {psrdb})"].append(row)
                self.tests.add(e["test"])
                student = setting, row, e["train"], e["seed"]
                if student not in seen:
                    seen.add(student)
                    self.accuracies[setting][row, ipc][pool, e["seed"]] = 100 * e["accuracy"]
                    if pool in POOLS:
                        self.classes[setting][row, ipc].append(
                            [100 * accuracy for accuracy in json.loads(e["class_accuracy"])])
        self.pools = sorted({pool for pool, _ in self.makers})
        self.ipcs = sorted({ipc for _, ipc in self.makers})
        self.settings = sorted(self.accuracies, key=lambda s: (
            s[0] != "hard", s[2] != "convnet3", s[2], -s[3]))

    def text(self):
        return "".join(self._section(setting) for setting in self.settings)

    def _section(self, setting):
        cells = self.accuracies[setting]
        ipcs = sorted({ipc for _, ipc in cells})
        head = [f"IPC {ipc}" for ipc in ipcs]

        def lines(names, cell):
            rows = [[name] + [cell(name, ipc) for ipc in ipcs] for name in names]
            return [row for row in rows if any(row[1:])]

        def accuracy(row, ipc):
            cell = of_pools(cells.get((row, ipc), {}))
            pools = {pool for pool, _ in cell}
            return f"{mean_sd(cell.values())} ({len(cell)}, {counted(pools)})" if cell else ""

        text = f"\n## {label(setting)}\n\n" + table([label(setting)] + head, lines(ROWS, accuracy))
        differences = [
            [f"{one} − {other}"] + [self._difference(cells, one, other, ipc) for ipc in ipcs]
            for one, other in PAIRS]
        differences = [row for row in differences if any(row[1:])]
        if differences:
            text += "\n" + table(["difference"] + head, differences)
        if setting[2] == "convnet3" or setting[0] == "soft":
            scores = lines(ROWS[3:], lambda row, ipc: self._label_robust_score(setting, row, ipc))
            if scores:
                text += "\n" + table(["label-robust score"] + head, scores)
        return text

    def _difference(self, cells, one, other, ipc):
        a, b = cells.get((one, ipc), {}), cells.get((other, ipc), {})
        pools = collections.defaultdict(list)
        for pool, seed in sorted(a.keys() & b.keys()):
            pools[pool].append(a[pool, seed] - b[pool, seed])
        if len(pools) > 2:
            means = [statistics.fmean(pairs) for pairs in pools.values()]
            return f"{mean_interval(means)} ({counted(pools)})"
        pairs = [pair for pairs in pools.values() for pair in pairs]
        return f"{mean_interval(pairs)} ({len(pairs)}, {counted(pools)})" if pairs else ""

    def _label_robust_score(self, setting, row, ipc):
        """DD-Ranking's (arXiv 2505.13300), w = 1/2, of fractions, where there are students of
        POOLS, of each of them as many."""
        cells = self.accuracies[setting]
        hard = self.accuracies.get(("hard", "dsa", setting[2], 1000), {})
        needed = [of_pools(cell) for cell in (
            cells.get((row, ipc), {}), cells.get(("real-random", ipc), {}), hard.get((row, ipc), {}))]
        if not needed[0] or any(cell.keys() != needed[0].keys() for cell in needed):
            return ""
        here, random, plain = (statistics.fmean(cell.values()) / 100 for cell in needed)
        alpha = 0.5 * (here - random) - 0.5 * (WHOLE - plain)
        return f"{(math.exp(alpha) - math.exp(-1)) / (math.e - math.exp(-1)):.3f}"

    def extent(self):
        """How many students each pool has, and what they were trained with, with the rows that are
        not of what trained most."""
        def cell(pool, ipc):
            makers = sorted(self.makers.get((pool, ipc), {}).items(),
                            key=lambda maker: (-len(maker[1]), maker[0]))
            return "; ".join(
                f"{len(rows)}, {maker}" + (f": {', '.join(sorted(set(rows), key=ROWS.index))}"
                                           if place else "")
                for place, (maker, rows) in enumerate(makers))

        return table(["students of pool"] + [f"IPC {ipc}" for ipc in self.ipcs],
                     [[f"{pool}"] + [cell(pool, ipc) for ipc in self.ipcs]
                      for pool in self.pools])

    def time(self):
        """How long students take, and those that recipes/results-IPC.yaml have and no file yet."""
        rows = [[label(setting)] + [
            f"{clock(statistics.fmean(cells[ipc]))} ({len(cells[ipc])})" if ipc in cells else ""
            for ipc in self.ipcs] for setting, cells in self.seconds.items()]
        totals = [sum(sum(cells.get(ipc, [])) for cells in self.seconds.values())
                  for ipc in self.ipcs]
        rows.append(["all of them"] + [f"{total / 3600:.1f} h" for total in totals])
        missing = [self._missing(RECIPES / f"results-{ipc}.yaml", ipc) for ipc in self.ipcs]
        rows.append(["not trained yet"] + [
            f"{seconds / 3600:.1f} h ({number})" for number, seconds in missing])
        return table(["a student"] + [f"IPC {ipc}" for ipc in self.ipcs],
                     sorted(rows[:-2]) + rows[-2:])

    def _missing(self, recipe, ipc):
        """How many students of pools 0 and 1 lack, and an estimate of their seconds: from those of
        their setting at the largest IPC that has some, by the number of images; nothing where
        there are none."""
        number = seconds = 0
        for line in re.findall(r"- {(.*protocol.*)}", recipe.read_text()):
            e = dict(part.strip().split(": ") for part in line.split(","))
            row, protocol = e["selection"].removesuffix(f"-{ipc}"), e["protocol"]
            augment = e.get("augment", "dsa" if protocol == "hard" else "views")
            setting = (protocol, augment, e.get("student", "convnet3"),
                       300 if augment == "views" else 1000)
            trained = sum((pool, seed) in self.trained[setting][row, ipc]
                          for pool in POOLS for seed in range(int(e["seeds"])))
            lacking = 2 * int(e["seeds"]) - trained
            number += lacking
            if smaller := [i for i in self.seconds[setting] if i <= ipc]:
                known = max(smaller)
                seconds += lacking * statistics.fmean(self.seconds[setting][known]) * ipc / known
        return number, seconds

    def document(self):
        """The rows of docs/results.json."""
        for setting in self.settings:
            cells = self.accuracies[setting]
            for (row, ipc), cell in sorted(cells.items(), key=lambda c: (c[0][1], c[0][0])):
                cell = of_pools(cell)
                values = list(cell.values())
                if not values:
                    continue
                yield dict(
                    row=row, ipc=ipc, protocol=setting[0], augment=setting[1], student=setting[2],
                    epochs=setting[3], mean=statistics.fmean(values),
                    sd=statistics.stdev(values) if len(values) > 1 else None, n=len(values),
                    pools=len({pool for pool, _ in cell}), test=sorted(self.tests))
