"""Times the store and writes Benchmarks/out/store.json. Called by `make bench-store`.

The pool is synthetic: PSRDB_BENCH_STORE=CLASSESxCANDIDATES (1000x1000), 11 KB a candidate, made
in .build/bench-store and deleted afterwards; a plain file of the same bytes is written in turns
with it. At least 20 GB of the disk stay free. Memory is what a command allocates: pages of the
pool's own file come and go with the page cache.

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
    seconds, memory = timed("lineage", "0-00000-00000000@0")
    report.row("lineage of a version, the whole command", "ms", 1000 * seconds, None)
    report.row("memory of lineage", "MB", memory, 500, 1, "limit: 500 MB")
    report.write(psrdb, size=size)
finally:
    shutil.rmtree(pool, ignore_errors=True)
