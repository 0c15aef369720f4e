"""What the benchmarks in Python share: the table they print, and Benchmarks/out/NAME.json."""
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess

nothing = float("nan")


def cpu():
    """The CPU's name, where the system tells it."""
    info = pathlib.Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions(packages):
    """Of those of some packages that are there."""
    found = {}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


class Report:
    def __init__(self, name):
        self.name, self.rows = name, []
        self.load = os.getloadavg()[0]

    def row(self, name, unit, ours, peer, bar=None, note=""):
        """`ratio` is how many times better psrdb is: more of a rate, less of anything else."""
        ratio = (ours / peer if unit.endswith("/s") else peer / ours) if peer and ours else None
        self.rows.append(dict(
            name=name, unit=unit, psrdb=ours, peer=peer, ratio=ratio, bar=bar, note=note))
        print(f"{name:58} {ours:9.3f} {peer if peer else nothing:9.3f} {unit:4} "
              f"×{ratio if ratio else nothing:.2f}  {note}", flush=True)

    def write(self, psrdb, peers, **facts):
        """`peers` are packages of Python, whose versions are written too."""
        version = subprocess.run([psrdb, "--version"], capture_output=True, text=True).stdout
        out = pathlib.Path(__file__).resolve().parent / "out" / f"{self.name}.json"
        out.parent.mkdir(exist_ok=True)
        out.write_text(json.dumps(dict(
            machine=cpu(), cores=os.cpu_count(),
            load=os.getloadavg()[0], load_before=self.load, psrdb=version.split("\n")[0],
            peers=versions(peers), **facts,
            rows=self.rows), indent=1, ensure_ascii=False) + "\n")
        print(f"wrote {out}")
