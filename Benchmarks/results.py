"""Renders docs/RESULTS.md, docs/results.json and their pictures from pools filled by
recipes/results-IPC.yaml, by query alone. Called by `make results`; by itself:

    python3 Benchmarks/results.py --psrdb PSRDB POOL…

Each pool is one draw of candidates and random picks (`psrdb run --seed`). Students that are not
trained yet are left out, so that it can be called at any time.
"""
import argparse
import collections
import json
import math
import pathlib
import statistics
import subprocess

# Quantiles of Student's t for two-sided 95 %, by degrees of freedom; the normal's beyond.
T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262,
     10: 2.228, 11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145, 15: 2.131, 16: 2.120, 17: 2.110}
# ConvNet-3 on the whole training split, as DC and its successors publish it (93.5 ± 0.1 %).
WHOLE = 0.935
ROWS = ["real-random", "real-herding", "real-k-center", "generate-and-use", "pool-random",
        "top-confidence", "cao2-style", "select-only", "refine-only", "psr"]
PAIRS = [("psr", "generate-and-use"), ("psr", "pool-random"), ("psr", "top-confidence"),
         ("psr", "real-random"), ("psr", "select-only"), ("psr", "refine-only"),
         ("select-only", "generate-and-use"), ("refine-only", "generate-and-use")]

PICTURES = """
## Pictures

Accuracy of the first pool's students against the budget (ConvNet-3, hard protocol with DSA; bars are
the sd of training seeds), the teacher's confidence in the class, and the sets of ten images a class:
as generated, selected, refined.

![accuracy against images per class](results-accuracy.svg)

![distribution of the teacher's confidence](results-scores.svg)

![generate-and-use, select-only and psr at ten images a class](results-10.png)
"""

parser = argparse.ArgumentParser()
parser.add_argument("pools", nargs="+", metavar="POOL")
parser.add_argument("--psrdb", default="psrdb")
options = parser.parse_args()


def ask(pool, *command):
    done = subprocess.run([options.psrdb, "--pool", pool, "--quiet", *command], check=True,
                          capture_output=True, text=True)
    return done.stdout


def query(pool, sql):
    return json.loads(ask(pool, "--json", "query", sql, "--limit", "1000000"))


# Accuracies in percent: of (protocol, augmentation, student, epochs), (row, IPC), (pool, seed).
accuracies = collections.defaultdict(lambda: collections.defaultdict(dict))
tests = set()
seen = set()  # students that two pools trained on the very same set with the same seed
for pool in options.pools:
    for e in query(pool, """
            SELECT e.selection, s.ipc, e.protocol, json_extract(e.settings, '$.augment') AS augment,
              e.student, e.epochs, e.seed, e.accuracy, e.test,
              e.train
            FROM evaluations AS e JOIN selections AS s USING (selection)"""):
        row = e["selection"].removesuffix(f"-{e['ipc']}")
        if row not in ROWS:
            continue
        setting = e["protocol"], e["augment"], e["student"], e["epochs"]
        student = setting, row, e["train"], e["seed"]
        if student in seen:
            continue
        seen.add(student)
        accuracies[setting][row, e["ipc"]][pool, e["seed"]] = 100 * e["accuracy"]
        tests.add(e["test"])


def interval(values):
    """Half of the 95 % confidence interval of the mean."""
    n = len(values)
    return T.get(n - 1, 1.96) * statistics.stdev(values) / math.sqrt(n) if n > 1 else None


def label(setting):
    protocol, augment, student, epochs = setting
    return f"{student}, {protocol} ({augment}), {epochs} epochs"


def number(values, spread):
    text = f"{statistics.fmean(values):+.1f}" if spread is interval else \
        f"{statistics.fmean(values):.1f}"
    return text + (f" ± {spread(values):.1f}" if len(values) > 1 else "")


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
                     + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def accuracy_table(setting, cells, ipcs):
    rows = []
    for row in ROWS:
        found = [cells.get((row, ipc)) for ipc in ipcs]
        if any(found):
            rows.append([row] + [
                f"{number(list(cell.values()), statistics.stdev)} ({len(cell)})" if cell else ""
                for cell in found])
    return table([label(setting)] + [f"IPC {ipc}" for ipc in ipcs], rows)


def difference_table(cells, ipcs):
    rows = []
    for one, other in PAIRS:
        texts = []
        for ipc in ipcs:
            a, b = cells.get((one, ipc), {}), cells.get((other, ipc), {})
            pairs = [a[key] - b[key] for key in a.keys() & b.keys()]
            texts.append(f"{number(pairs, interval)} ({len(pairs)})" if pairs else "")
        if any(texts):
            rows.append([f"{one} − {other}"] + texts)
    return table(["difference"] + [f"IPC {ipc}" for ipc in ipcs], rows)


def label_robust_scores(setting, cells, ipcs):
    """DD-Ranking's (arXiv 2505.13300), w = 1/2, of fractions, where it has what it needs."""
    hard = accuracies[("hard", "dsa", setting[2], 1000)]
    rows = []
    for row in ROWS[3:]:
        texts = []
        for ipc in ipcs:
            cells_needed = cells.get((row, ipc)), cells.get(("real-random", ipc)), \
                hard.get((row, ipc))
            if not all(cells_needed):
                texts.append("")
                continue
            here, random, plain = (statistics.fmean(c.values()) / 100 for c in cells_needed)
            alpha = 0.5 * (here - random) - 0.5 * (WHOLE - plain)
            score = (math.exp(alpha) - math.exp(-1)) / (math.e - math.exp(-1))
            texts.append(f"{score:.3f}")
        if any(texts):
            rows.append([row] + texts)
    return table(["label-robust score"] + [f"IPC {ipc}" for ipc in ipcs], rows)


text = f"""# Results

Made by `make results` from {len(options.pools)} pool(s), by query; `docs/results.json` has the same
rows. A pool is one draw of candidates and of random picks. Accuracy on the test split after the
final epoch, in percent: mean ± sd over students, in brackets how many. Students of one pool and
row differ by their training seed alone.

Differences are between students of the same pool and training seed: mean ± half of the 95 %
confidence interval (Student's t over the pairs, in brackets how many; pairs of one pool share its
draw, so the interval says little of other draws where there is only one or two).
"""
document = []
for setting, cells in sorted(accuracies.items(), key=lambda item: (
        item[0][0] != "hard", item[0][2] != "convnet3", item[0][2], -item[0][3])):
    ipcs = sorted({ipc for _, ipc in cells})
    text += f"\n## {label(setting)}\n\n{accuracy_table(setting, cells, ipcs)}"
    differences = difference_table(cells, ipcs)
    if differences.count("\n") > 2:
        text += "\n" + differences
    if setting[2] == "convnet3" and setting[3] != 300 or setting[0] == "soft":
        text += "\n" + label_robust_scores(setting, cells, ipcs)
    for (row, ipc), cell in sorted(cells.items(), key=lambda item: (item[0][1], item[0][0])):
        values = list(cell.values())
        document.append(dict(
            row=row, ipc=ipc, protocol=setting[0], augment=setting[1], student=setting[2],
            epochs=setting[3], mean=statistics.fmean(values),
            sd=statistics.stdev(values) if len(values) > 1 else None, n=len(values),
            pools=len({pool for pool, _ in cell}), test=sorted(tests)))

first = options.pools[0]
text += "\n## Refinement\n\n" + table(
    ["refinement", "refined", "accepted", "set loss", "judge loss", "residual", "distance",
     "high frequencies"],
    [[r["refinement"], str(r["n"]), str(r["accepted"]), r["set_loss"], r["judge_loss"],
      r["residual"], r["distance"], r["high_frequency"]] for r in query(first, """
        SELECT refinement, count(*) AS n, sum(accepted) AS accepted,
          printf('%.3f → %.3f', avg(set_loss_before), avg(set_loss_after)) AS set_loss,
          printf('%.3f → %.3f', avg(judge_loss_before), avg(judge_loss_after)) AS judge_loss,
          printf('%.3f → %.3f', avg(residual_before), avg(residual_after)) AS residual,
          printf('%.2f', avg(distance)) AS distance,
          printf('%.3f → %.3f', avg(high_frequency_before), avg(high_frequency_after))
            AS high_frequency
        FROM refinements GROUP BY 1 ORDER BY min(entry)""")])

pathlib.Path("docs/RESULTS.md").write_text(text + PICTURES)
pathlib.Path("docs/results.json").write_text(json.dumps(document, indent=1) + "\n")

ask(first, "query", "--plot", "docs/results-accuracy.svg", """
    SELECT row, ipc, mean AS accuracy, sd FROM (
      SELECT substr(e.selection, 1, length(e.selection) - length('-' || s.ipc)) AS row, s.ipc,
        100 * avg(e.accuracy) AS mean,
        100 * sqrt(max(0, avg(e.accuracy * e.accuracy) - avg(e.accuracy) * avg(e.accuracy))) AS sd
      FROM evaluations AS e JOIN selections AS s USING (selection)
      WHERE e.protocol = 'hard' AND e.student = 'convnet3' AND e.epochs = 1000
        AND json_extract(e.settings, '$.augment') = 'dsa'
      GROUP BY s.ipc, e.selection)
    WHERE row IN ('real-random', 'generate-and-use', 'pool-random', 'top-confidence',
      'select-only', 'refine-only', 'psr')
    ORDER BY row, ipc""")
ask(first, "query", "--plot", "docs/results-scores.svg", """
    WITH asked AS (
      SELECT 'pool' AS images, confidence FROM version_scores WHERE version = 0
      UNION ALL SELECT 'real', confidence FROM image_scores WHERE split = 'train'
      UNION ALL SELECT m.selection, s.confidence FROM members AS m
        JOIN scores AS s ON s.item = m.item WHERE m.selection IN ('select-only-10', 'psr-10'))
    SELECT images, value / 20.0 AS "teacher's confidence at most",
      100.0 * sum(confidence <= value / 20.0) / count(confidence) AS percent
    FROM asked, (SELECT DISTINCT cast(20 * confidence AS INTEGER) AS value FROM asked
      WHERE confidence IS NOT NULL UNION SELECT 20)
    GROUP BY images, value ORDER BY images, value""")
ask(first, "sheet", "generate-and-use-10", "select-only-10", "psr-10", "--output",
    "docs/results-10.png")
print("docs/RESULTS.md")
