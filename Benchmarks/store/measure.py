"""Times the store and writes Benchmarks/out/store.json. Called by `make bench-store`.

The pool is synthetic: PSRDB_BENCH_STORE=CLASSESxCANDIDATESxROWS (1000x1000), ROWS candidates an entry
(all of a class; `generate` makes 64), 11 KB each, made in .build/bench-store and deleted
afterwards; a plain file of the same bytes is written in turns with it. At least 20 GB of the disk stay
free. Memory is all that is resident at a command's peak, pages of the pool's own file included, beside the same command's on a pool of PSRDB_BENCH_PEERS.

Beside it, at PSRDB_BENCH_PEERS (100x1000), what people do today: alternatives.py, where NumPy and
Pillow are installed.

Rows without a peer program have a limit in its place: "ratio" is then how far psrdb is within it.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from report import Report

root = pathlib.Path(__file__).resolve().parents[2]
build = root / ".build"
psrdb = pathlib.Path(os.environ.get("PSRDB", build / "release/psrdb"))
maker = pathlib.Path(os.environ.get("PSRDB_BENCH_POOL", build / "release/bench-pool"))
size = os.environ.get("PSRDB_BENCH_STORE", "1000x1000")
classes, candidates, *given = (int(n) for n in size.split("x"))
rows = given[0] if given else candidates
count = classes * candidates
peer_size = os.environ.get("PSRDB_BENCH_PEERS", "100x1000")
peer_rows = peer_size.split("x")[1]
IPC = 10
folder = pathlib.Path(os.environ.get("PSRDB_BENCH_FOLDER", build / "bench-store"))
report = Report("store")


def run(pool, *command):
    """Seconds of a command, and its peak of resident memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen([psrdb, "--pool", pool, "--quiet", "--json", *command],
                               stdout=subprocess.PIPE)
    run.answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command} ended with {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1000


def whole(pool, *command):
    return run(pool, *command)[0]


def median(times):
    return sorted(times)[len(times) // 2]


def compare():
    """The same candidates in a pool, in a folder of files and in SQLite's BLOBs."""
    try:
        import alternatives
    except ImportError as error:
        print(f"what people do today: not measured, {error}")
        return
    classes, candidates = (int(n) for n in peer_size.split("x"))
    mine, other = folder / "peer.psr", folder / "other"
    shutil.rmtree(mine, ignore_errors=True)
    try:
        made = json.loads(subprocess.run(
            [maker, "store", mine, str(classes), str(candidates), peer_rows], check=True,
            capture_output=True).stdout)
        choose = whole(mine, "select", "--strategy", "confidence", "--ipc", str(IPC), "--name", "c")
        hand = whole(mine, "export", "c", folder / "c.safetensors", "--format", "safetensors")
        used = sum(file.stat().st_blocks * 512 for file in mine.iterdir())
        for kind in [alternatives.Folder, alternatives.Blobs]:
            shutil.rmtree(other, ignore_errors=True)
            theirs = alternatives.measure(kind, other, classes, candidates, IPC)
            what = f"{peer_size}, {kind.name}"
            report.row(f"write {what}", "s", made["append"], theirs["write"])
            report.row(f"choose {IPC} of each class of {what}", "s", choose, theirs["choose"])
            report.row(f"hand over those of {what}", "s", hand, theirs["hand"])
            report.row(f"disk of {what}", "MB", used / 1e6, theirs["used"] / 1e6)
    finally:
        for path in [mine, other]:
            shutil.rmtree(path, ignore_errors=True)
        (folder / "c.safetensors").unlink(missing_ok=True)


def warm(pool):
    """Reads a pool's files, so that what follows finds them in the page cache."""
    for name in ["data.mdb", "index.sqlite"]:
        with open(pool / name, "rb") as file:
            while file.read(1 << 24):
                pass


def forget():
    """Empties the system's page cache; False where that is not allowed."""
    os.sync()
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
        return True
    except OSError:
        return False


ID = "0-00000-00000000@0"
# Every kind of command that reads or writes a whole pool, and the questions.
COMMANDS = [
    ["reindex"], ["verify"], ["verify", "--deep"],
    ["select", "--ipc", "50", "--name", "fifty"], ["select", "--ipc", "10", "--name", "ten"],
    ["query", "SELECT count(*) FROM generations"], ["lineage", ID], ["show", ID], ["info"], ["log"],
    ["ls", "--where", "confidence > 0.9", "--limit", "10"], ["explain", "ten"],
    ["drop", "--where", "class = 1 AND id NOT IN (SELECT id FROM members)", "--reason", "bench"],
    ["gc", "--dry-run"], ["gc"],
    ["compact"], ["backup", folder / "copy.psr"], ["merge", folder / "copy.psr"],
]


def sweep(pool):
    """Seconds and memory of each command, once."""
    figures = {}
    for command in COMMANDS:
        warm(pool)
        name = " ".join(str(word) for word in command if word not in [ID, folder / "copy.psr"])
        figures[name] = run(pool, *command)
    shutil.rmtree(folder / "copy.psr")
    return figures


folder.mkdir(parents=True, exist_ok=True)
shutil.rmtree(folder / "copy.psr", ignore_errors=True)
needed = count * 2 * 12_500 + 20e9
if shutil.disk_usage(folder).free < needed:
    sys.exit(f"{folder} needs {needed / 1e9:.0f} GB free; lower PSRDB_BENCH_STORE={size}")
pool, small = folder / "bench.psr", folder / "small.psr"
for path in [pool, small]:
    shutil.rmtree(path, ignore_errors=True)
try:
    subprocess.run([maker, "store", small, *peer_size.split("x"), str(min(rows, int(peer_rows)))], check=True, capture_output=True)
    before = sweep(small)
    figures = json.loads(subprocess.run(
        [maker, "store", pool, str(classes), str(candidates), str(rows)], check=True,
        capture_output=True).stdout)
    payload = figures["payload"]
    digesting = payload / figures["digest"] / 1e6
    report.row("append, digest and index included: plain write + fsync", "MB/s",
               payload / figures["append"] / 1e6, payload / figures["plain"] / 1e6, 0.7)
    report.row("the digest alone, of an append's time", "%",
               100 * figures["digest"] / figures["append"], None)
    report.row("data.mdb for each byte of payload", "B", (pool / "data.mdb").stat().st_size / payload,
               1.05, 1, "limit: 1.05")
    report.row("index.sqlite for each candidate", "B", (pool / "index.sqlite").stat().st_size / count,
               None)
    warm(pool)
    start = median([whole(pool, "--version") for _ in range(9)])
    for name, command in [
        ("open and a first query", ["query", "SELECT count(*) FROM generations"]),
        ("lineage of a version", ["lineage", ID]),
    ]:
        report.row(f"{name}, the whole command", "ms",
                   1000 * median([whole(pool, *command) for _ in range(9)]), 50, 1,
                   f"limit: 50 ms, of which the process's start {1000 * start:.0f} ms")
    asked = json.loads(subprocess.run([maker, "ask", pool], check=True, capture_output=True).stdout)
    report.row("open and a first query, in a process", "ms", 1000 * asked["open"], 50, 1,
               "limit: 50 ms")
    report.row("lineage of one version, in an open pool", "ms", 1000 * asked["lineage"], 2, 1,
               f"limit: 2 ms; 99 of 100 within {1000 * asked['lineage, 99 of 100']:.2f} ms")
    report.row("a class's features, ready for a product: memcpy", "MB/s", asked["features"] / 1e6,
               asked["memcpy"] / 1e6, 0.5)
    after = sweep(pool)
    report.row("index made anew, in candidates", "1/s", count / after["reindex"][0], 100_000, 1,
               "limit: 100,000, the process's start included")
    report.row("verify", "s", after["verify"][0], 5, 1, "limit: 5 s at 1000x1000")
    report.row("verify --deep: SHA-256 alone", "MB/s", payload / after["verify --deep"][0] / 1e6,
               digesting, 0.7)
    times, wholes = [], []
    for number in range(9):
        wholes.append(1000 * whole(pool, "select", "--ipc", "20", "--name", f"again-{number}"))
        times.append(1000 * json.loads(run.answer)["seconds"])
    report.row("reselect at IPC 20 from the stored ranking, the stage", "ms", median(times), 100, 1,
               "limit: 100 ms")
    report.row("the same, the whole command", "ms", median(wholes), 100, 1, "limit: 100 ms")
    if forget():
        report.row("verify --deep of a pool that is not in the page cache: SHA-256 alone", "MB/s",
                   payload / whole(pool, "verify", "--deep") / 1e6, digesting, 0.7)
    for name, (seconds, memory) in after.items():
        report.row(f"memory of {name}; on a pool of {peer_size}", "MB", memory, before[name][1])
    report.row("the most of these", "MB", max(memory for _, memory in after.values()), 500, 1,
               "limit: 500 MB")
    shutil.rmtree(pool)
    compare()
    report.write(psrdb, ["numpy", "pillow"], size=size, peer_size=peer_size)
finally:
    for path in [pool, small, folder / "copy.psr"]:
        shutil.rmtree(path, ignore_errors=True)
