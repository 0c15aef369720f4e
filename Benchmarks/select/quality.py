"""Every strategy on one pool, so that a user can choose by evidence. Called by
`make bench-select-quality POOL=…`; by itself:

    python3 Benchmarks/select/quality.py [options] POOL

For each strategy and IPC: the strategy's own objective and certificate, what the picks cover of
the real training images, the judge's accuracy on the picks, and the accuracy of students trained
on them. All by `psrdb --json`, so every number can be asked again: selections are named
quality-STRATEGY-IPC. A copy of the pool is worked on; what was done in it is not done again.

The test split is read by `psrdb evaluate` alone: nothing may be tuned by the last column.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

# Those that sort by one score are taken both ways; `entropy most=0` takes the surest.
VARIANTS = {"entropy": {"entropy": [], "entropy-least": ["--set", "most=0"]}}

parser = argparse.ArgumentParser()
parser.add_argument("pool", type=pathlib.Path)
parser.add_argument("--psrdb", default="psrdb")
parser.add_argument("--ipc", type=int, nargs="+", default=[1, 10, 50])
parser.add_argument("--strategies", nargs="+", help="all that there are")
parser.add_argument("--seeds", type=int, default=3, help="students of each selection")
parser.add_argument("--epochs", type=int, help="the protocol's")
parser.add_argument("--protocol", default="hard")
parser.add_argument("--student", default="convnet3")
parser.add_argument("--copy", type=pathlib.Path, help="POOL-quality.psr beside the pool")
parser.add_argument("--output", type=pathlib.Path,
                    default=pathlib.Path("Benchmarks/out/select-quality.json"))
options = parser.parse_args()

copy = options.copy or options.pool.with_name(options.pool.stem + "-quality.psr")
if not copy.exists():
    part = copy.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(options.pool, part)
    part.rename(copy)


def ask(*command):
    done = subprocess.run([options.psrdb, "--pool", str(copy), *map(str, command), "--json", "-q"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"psrdb {' '.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout)


def strategies():
    """The names in the help of select, below "Strategies:"."""
    text = subprocess.run([options.psrdb, "select", "--help"], capture_output=True, text=True).stdout
    block = text.split("Strategies:\n", 1)[1].split("\n\n", 1)[0]
    return [line.split()[0] for line in block.splitlines() if line[:3].strip()]


def mean(values):
    values = [value for value in values if value is not None]
    return statistics.fmean(values) if values else None


def show(value, percent=False):
    if value is None:
        return ""
    return f"{100 * value:.1f}" if percent else f"{value:.4g}"


largest = ask("query", "SELECT min(n) AS n FROM (SELECT count(*) AS n FROM candidates GROUP BY class)")
largest = largest[0]["n"]
rows = []
columns = f"{'strategy':20} {'ipc':>4} {'objective':>10} {'certificate':>11} {'coverage':>9} " \
          f"{'judge %':>8} {'student %':>10} {'sd':>5}"
print(columns)
for ipc in options.ipc:
    if ipc > largest:
        print(f"IPC {ipc} is left out: a class has {largest} candidates.")
        continue
    for strategy in options.strategies or strategies():
        for name, settings in VARIANTS.get(strategy, {strategy: []}).items():
            selection = f"quality-{name}-{ipc}"
            ask("select", "--strategy", strategy, "--ipc", ipc, "--name", selection, *settings)
            explained = ask("explain", selection)
            judged = ask("query", "SELECT avg(s.judge_correct) AS accuracy FROM members AS m "
                         "JOIN selections AS l USING (selection) "
                         "JOIN scores AS s ON s.item = m.item AND s.scoring = 'base' "
                         f"WHERE m.selection = '{selection}'")
            # As many students as there are already are not trained again.
            settings = ["--epochs", options.epochs] if options.epochs else []
            if options.seeds:
                ask("evaluate", selection, "--protocol", options.protocol, "--student",
                    options.student, "--seeds", options.seeds, *settings)
            students = ask("query", "SELECT accuracy FROM evaluations "
                           f"WHERE selection = '{selection}' AND protocol = '{options.protocol}' "
                           f"AND student LIKE '{options.student}%'"
                           + (f" AND epochs = {options.epochs}" if options.epochs else ""))
            accuracies = [row["accuracy"] for row in students]
            classes = explained["classes"]
            row = dict(
                strategy=name, ipc=ipc,
                objective=mean(c["objective"] for c in classes) if explained["terms"] else None,
                certificate=mean(c.get("certificate") for c in classes),
                coverage=mean(c.get("coverage") for c in classes),
                judge=judged[0]["accuracy"], student=mean(accuracies),
                studentSd=statistics.stdev(accuracies) if len(accuracies) > 1 else None,
                students=len(accuracies))
            rows.append(row)
            print(f"{name:20} {ipc:4} {show(row['objective']):>10} {show(row['certificate']):>11} "
                  f"{show(row['coverage']):>9} {show(row['judge'], True):>8} "
                  f"{show(row['student'], True):>10} {show(row['studentSd'], True):>5}", flush=True)

options.output.parent.mkdir(parents=True, exist_ok=True)
options.output.write_text(json.dumps(dict(
    pool=str(options.pool), fingerprint=ask("info")["fingerprint"], protocol=options.protocol,
    student=options.student, epochs=options.epochs, rows=rows), indent=1) + "\n")
print(f"Objectives of different strategies do not compare. Wrote {options.output}")
