"""Times selection and writes Benchmarks/out/select.json. Called by `make bench-select`.

The pool is synthetic: PSRDB_BENCH_SELECT=CLASSESxCANDIDATESxDIMENSIONS (1000x1000x512), kept in
.build/bench-select for the next time. Peers rank the same features of the first
PSRDB_BENCH_PEER_CLASSES (10) classes, each peer and psrdb three times in turns, of which the best
counts; psrdb's time is from the pool's features to a ranking stored durably. Peers that are not installed
(pip install submodlib-py apricot-select numpy) are left out, and the table says so.

Rows without a peer program have a limit in its place: "ratio" is then how far below it psrdb is.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from report import Report

root = pathlib.Path(__file__).resolve().parents[2]
build = root / ".build"
psrdb = pathlib.Path(os.environ.get("PSRDB", build / "release/psrdb"))
maker = pathlib.Path(os.environ.get("PSRDB_BENCH_POOL", build / "release/bench-pool"))
size = os.environ.get("PSRDB_BENCH_SELECT", "1000x1000x512")
classes, candidates, dimensions = (int(n) for n in size.split("x"))
peer_classes = min(classes, int(os.environ.get("PSRDB_BENCH_PEER_CLASSES", "10")))
PICKS = min(50, candidates)
folder = pathlib.Path(os.environ.get("PSRDB_BENCH_FOLDER", build / "bench-select")) / size
report = Report("select")
row = report.row


def features():
    """Clusters on the sphere, the same in every run."""
    file = folder / "features.f16"
    if not file.exists():
        random = np.random.default_rng(7)
        with open(folder / "features.part", "wb") as out:
            for _ in range(classes):
                centres = random.normal(size=(16, dimensions)).astype(np.float32)
                x = centres[random.integers(16, size=candidates)]
                x = x + random.normal(size=x.shape).astype(np.float32)
                out.write((x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float16).tobytes())
        (folder / "features.part").rename(file)
    return np.memmap(file, np.float16, "r", shape=(classes, candidates, dimensions))


def select(pool, name, *options, ipc=PICKS, strategy="psr"):
    """The stage's own seconds, the process's, and its peak of memory in MB."""
    command = [psrdb, "--pool", pool, "select", "--quiet", "--json", "--ipc", str(ipc),
               "--strategy", strategy, "--name", name, *options]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    anonymous = 0
    while process.poll() is None:
        # Pages of the pool's own file come and go with the page cache; what is allocated counts.
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            line = next((l for l in status.splitlines() if l.startswith("RssAnon")), "RssAnon 0")
            anonymous = max(anonymous, int(line.split()[1]))
        except (OSError, StopIteration):
            pass
        time.sleep(0.01)
    wall = time.perf_counter() - start
    answer = json.loads(process.stdout.read())
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return answer["seconds"], wall, anonymous / 1000


def reselect(pool, name):
    """The stage's own seconds, and the process's: waited for, not watched, which takes its time."""
    start = time.perf_counter()
    answer = subprocess.run([psrdb, "--pool", pool, "select", "--quiet", "--json", "--ipc", "10",
                             "--name", name], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(answer)["seconds"], time.perf_counter() - start


def fresh(source):
    """A pool without rankings: a copy, its blocks shared where the file system can."""
    copy = folder / "run.psr"
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["cp", "-r", "--reflink=auto", source, copy], check=True)
    return copy


folder.mkdir(parents=True, exist_ok=True)
x = features()
source = folder / "source.psr"
if not source.exists():
    part = folder / "part.psr"
    shutil.rmtree(part, ignore_errors=True)
    subprocess.run([maker, "select", part, folder / "features.f16", str(classes), str(candidates),
                    str(dimensions)], check=True)
    part.rename(source)
pool = fresh(source)
for name in ["data.mdb", "index.sqlite"]:  # into the page cache, for every row alike
    with open(pool / name, "rb") as file:
        while file.read(1 << 24):
            pass
what = f"{classes}×{candidates}×{dimensions}"

seconds, wall, memory = select(pool, "psr")
row(f"psr ranking of {what} to {PICKS}", "s", wall, 12, 1, "limit: 12 s at 1000×1000×512")
row("its memory, besides the pool's own mapped file", "MB", memory, 500, 1, "limit: 500 MB")
times = [reselect(pool, f"again-{i}") for i in range(9)]
for part, index in [("the stage alone", 0), ("the whole command", 1)]:
    median = sorted(t[index] for t in times)[len(times) // 2]
    row(f"reselect at IPC 10, {part}", "ms", 1000 * median, 100, 1, "limit: 100 ms at 1000×1000")
seconds, wall, _ = select(pool, "adaptive", "--allocation", "adaptive", "--max", str(PICKS),
                          ipc=max(1, PICKS // 2))
row("adaptive allocation", "s", wall, 1, 1, "limit: 1 s at 1000×1000")
for strategy in ["k-center", "dpp"]:
    seconds, wall, _ = select(pool, strategy, strategy=strategy)
    row(f"{strategy} ranking of {what} to {PICKS}", "s", wall, 20, 1, "limit: 20 s at 1000×1000×512")


def similarities(features):
    unit = features.astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return (1 + unit @ unit.T) / 2


def submodlib_facility(s):
    from submodlib.functions.facilityLocation import FacilityLocationFunction
    function = FacilityLocationFunction(n=len(s), mode="dense", sijs=s, separate_rep=False)
    return lambda: function.maximize(
        budget=PICKS, optimizer="LazyGreedy", stopIfZeroGain=False, stopIfNegativeGain=False,
        verbose=False, show_progress=False)


def submodlib_cut(s):
    from submodlib.functions.graphCut import GraphCutFunction
    function = GraphCutFunction(n=len(s), mode="dense", ggsijs=s, lambdaVal=0.4)
    return lambda: function.maximize(
        budget=PICKS, optimizer="LazyGreedy", stopIfZeroGain=False, stopIfNegativeGain=False,
        verbose=False, show_progress=False)


def apricot_facility(s):
    from apricot import FacilityLocationSelection
    model = FacilityLocationSelection(PICKS, metric="precomputed", optimizer="lazy")
    return lambda: model.fit(s)


def numpy_dpp(s):
    """Algorithm 1 of Chen, Zhang, Zhou 2018 on L + I, in NumPy."""
    def rank():
        factor, picks = np.zeros((PICKS, len(s)), np.float32), []
        squares = np.diag(s) + 1
        for t in range(PICKS):
            j = int(np.argmax(squares))
            picks.append(j)
            e = (s[j] - factor[:t, j] @ factor[:t]) / np.sqrt(squares[j])
            factor[t], squares = e, squares - e**2
            squares[j] = -np.inf
        return picks
    return rank


for peer, strategy, prepare in [
    ("submodlib", "facility-location", submodlib_facility),
    ("apricot", "facility-location", apricot_facility),
    ("submodlib", "graph-cut", submodlib_cut),
    ("NumPy", "dpp", numpy_dpp),
]:
    try:
        prepare(similarities(np.random.default_rng(1).normal(size=(PICKS + 2, 8))))()
    except ImportError as error:
        print(f"{strategy} by {peer}: not measured, {error}")
        continue
    ours, given, whole = [], [], []
    for turn in range(3):
        # A seed of its own: a ranking that is found in the pool would cost nothing.
        labels = ",".join(map(str, range(peer_classes)))
        ours.append(select(pool, f"{peer}-{strategy}-{turn}", "--classes", labels,
                           "--seed", f"{len(report.rows)}{turn}", strategy=strategy)[0])
        given.append(0.0)
        start = time.perf_counter()
        for label in range(peer_classes):
            rank = prepare(similarities(np.array(x[label])))
            begin = time.perf_counter()
            rank()
            given[-1] += time.perf_counter() - begin
        whole.append(time.perf_counter() - start)
    ours, given, whole = (1000 * min(times) / peer_classes for times in (ours, given, whole))
    row(f"{strategy}, a class of {candidates}, from features: {peer}", "ms", ours, whole, 1)
    row(f"{strategy}, {peer} is given similarities, psrdb is not", "ms", ours, given)

report.write(psrdb, ["numpy", "submodlib-py", "apricot-select"], size=size, peer_classes=peer_classes)
shutil.rmtree(pool, ignore_errors=True)
