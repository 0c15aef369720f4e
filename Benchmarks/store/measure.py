"""Times the store and writes Benchmarks/out/store.json. Called by `make bench-store`.

The pool is synthetic: PSRDB_BENCH_STORE=CLASSESxCANDIDATES (1000x1000), 11 KB a candidate, made
in .build/bench-store and deleted afterwards; a plain file of the same bytes is written in turns
with it. At least 20 GB of the disk stay free. Memory is what a command allocates: pages of the
pool's own file come and go with the page cache.

Beside it, at the same size but at most PSRDB_BENCH_PEERS (100x1000), what people do today:
alternatives.py, where NumPy and Pillow are installed.

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
classes, candidates = (int(n) for n in size.split("x"))
count = classes * candidates
peer_size = os.environ.get("PSRDB_BENCH_PEERS", "100x1000")
IPC = 10
folder = pathlib.Path(os.environ.get("PSRDB_BENCH_FOLDER", build / "bench-store"))
report = Report("store")


def timed(*command):
    """Seconds of a command, and its peak of allocated memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen([psrdb, "--pool", pool, "--quiet", "--json", *command],
                               stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            peak = max([peak] + [int(line.split()[1]) for line in status.splitlines()
                                 if line.startswith("RssAnon")])
        except OSError:
            pass
        time.sleep(0.005)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return seconds, peak / 1000


def whole(pool, *command):
    """Seconds of a command that is waited for, not watched, which takes its time."""
    start = time.perf_counter()
    subprocess.run([psrdb, "--pool", pool, "--quiet", "--json", *command], check=True,
                   stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


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
            [maker, "store", mine, str(classes), str(candidates)], check=True,
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


folder.mkdir(parents=True, exist_ok=True)
needed = count * 2 * 12_500 + 20e9
if shutil.disk_usage(folder).free < needed:
    sys.exit(f"{folder} needs {needed / 1e9:.0f} GB free; lower PSRDB_BENCH_STORE={size}")
pool = folder / "bench.psr"
shutil.rmtree(pool, ignore_errors=True)
try:
    figures = json.loads(subprocess.run(
        [maker, "store", pool, str(classes), str(candidates)], check=True,
        capture_output=True).stdout)
    payload = figures["payload"]
    digesting = payload / figures["digest"] / 1e6
    report.row("append, digest and index included: plain write + fsync", "MB/s",
               payload / figures["append"] / 1e6, payload / figures["plain"] / 1e6, 0.7)
    report.row("the digest's part of an append", "%", 100 * figures["digest"] / figures["append"],
               None)
    report.row("data.mdb for each byte of payload", "B", (pool / "data.mdb").stat().st_size / payload,
               1.05, 1, "limit: 1.05")
    report.row("index.sqlite for each candidate", "B", (pool / "index.sqlite").stat().st_size / count,
               None)
    seconds, memory = timed("reindex")
    report.row("index made anew, in candidates", "1/s", count / seconds, 100_000, 1,
               "limit: 100,000, the process's start included")
    report.row("memory of reindex", "MB", memory, 500, 1, "limit: 500 MB")
    seconds, memory = timed("verify")
    report.row("verify", "s", seconds, 5, 1, "limit: 5 s at 1000x1000")
    report.row("memory of verify", "MB", memory, 500, 1, "limit: 500 MB")
    seconds, memory = timed("verify", "--deep")
    report.row("verify --deep: SHA-256 alone", "MB/s", payload / seconds / 1e6, digesting, 0.7)
    report.row("memory of verify --deep", "MB", memory, 500, 1, "limit: 500 MB")
    start = median([whole(pool, "--version") for _ in range(9)])
    for name, command in [
        ("open and a first query", ["query", "SELECT count(*) FROM generations"]),
        ("lineage of a version", ["lineage", "0-00000-00000000@0"]),
    ]:
        report.row(f"{name}, the whole command", "ms",
                   1000 * median([whole(pool, *command) for _ in range(9)]), 50, 1,
                   f"limit: 50 ms, of which the process's start {1000 * start:.0f} ms")
        report.row(f"memory of it", "MB", timed(*command)[1], 500, 1, "limit: 500 MB")
    shutil.rmtree(pool)
    compare()
    report.write(psrdb, size=size, peer_size=peer_size)
finally:
    shutil.rmtree(pool, ignore_errors=True)
