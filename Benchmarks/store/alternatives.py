"""What people do today with the same candidates: a folder of files, and BLOBs in SQLite.

Both are written, asked and handed over as psrdb's pool is: a latent of 32×32×4, 1,000 logits and 512
features in half precision, an image and five scores each. The image is a single pixel, as in the
pool. The folder is synchronised once, at its end; SQLite with every class, in WAL mode.
"""
import json
import os
import sqlite3
import subprocess
import time

import numpy as np
from PIL import Image

COLUMNS = ["correct", "confidence", "reliability", "entropy", "margin"]


def batch(label, count):
    """A class's tensors, bytes that nothing can compress."""
    random = np.random.default_rng(label)
    halves = lambda *shape: random.random((count, *shape), np.float32).astype(np.float16)
    scores = random.random((count, len(COLUMNS)), np.float32)
    return halves(32, 32, 4), halves(1000), halves(512), np.zeros((count, 1, 1), np.uint8), scores


def names(label, count):
    return [f"{label}-{number:05}" for number in range(count)]


class Folder:
    """CLASS-NUMBER.png, .latent.npy, .outputs.npy and .json."""
    name = "a folder of PNG, npy and JSON"

    def __init__(self, path):
        self.path = path
        path.mkdir()

    def write(self, label, latents, logits, features, images, scores):
        for i, name in enumerate(names(label, len(latents))):
            np.save(self.path / f"{name}.latent.npy", latents[i])
            np.save(self.path / f"{name}.outputs.npy", np.concatenate([logits[i], features[i]]))
            Image.fromarray(images[i]).save(self.path / f"{name}.png")
            text = dict(zip(COLUMNS, map(float, scores[i])), id=name, label=label)
            (self.path / f"{name}.json").write_text(json.dumps(text))

    def finish(self):
        subprocess.run(["sync", "-f", self.path], check=True)

    def best(self, ipc):
        """The surest `ipc` of each class, from the scores that lie there."""
        classes = {}
        for entry in os.scandir(self.path):
            if entry.name.endswith(".json"):
                with open(entry.path) as file:
                    row = json.load(file)
                if row["correct"]:
                    classes.setdefault(row["label"], []).append((-row["confidence"], row["id"]))
        return [name for label in sorted(classes) for _, name in sorted(classes[label])[:ipc]]

    def latents(self, chosen):
        return np.stack([np.load(self.path / f"{name}.latent.npy") for name in chosen])


class Blobs:
    """One table; the scores are columns, the tensors BLOBs."""
    name = "BLOBs in SQLite"

    def __init__(self, path):
        path.mkdir()
        self.connection = sqlite3.connect(path / "pool.sqlite")
        self.connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE candidates (id TEXT PRIMARY KEY, label INTEGER, "
            + ", ".join(f"{column} REAL" for column in COLUMNS)
            + ", image BLOB, latent BLOB, logits BLOB, features BLOB);"
            "CREATE INDEX surest ON candidates (label, confidence DESC, id) WHERE correct;")

    def write(self, label, latents, logits, features, images, scores):
        with self.connection:
            self.connection.executemany(
                f"INSERT INTO candidates VALUES ({','.join('?' * 11)})",
                ((name, label, *map(float, scores[i]), images[i].tobytes(), latents[i].tobytes(),
                  logits[i].tobytes(), features[i].tobytes())
                 for i, name in enumerate(names(label, len(latents)))))

    def finish(self):
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def best(self, ipc):
        labels = [row[0] for row in self.connection.execute(
            "SELECT DISTINCT label FROM candidates ORDER BY label")]
        return [row[0] for label in labels for row in self.connection.execute(
            "SELECT id FROM candidates WHERE label = ? AND correct "
            "ORDER BY confidence DESC, id LIMIT ?", (label, ipc))]

    def latents(self, chosen):
        return np.stack([
            np.frombuffer(self.connection.execute(
                "SELECT latent FROM candidates WHERE id = ?", (name,)).fetchone()[0], np.float16)
            for name in chosen])


def measure(kind, path, classes, candidates, ipc):
    """Seconds to write, to choose and to hand over, and bytes on the disk."""
    store, write = kind(path), 0.0
    for label in range(classes):
        tensors = batch(label, candidates)
        start = time.perf_counter()
        store.write(label, *tensors)
        write += time.perf_counter() - start
    start = time.perf_counter()
    store.finish()
    write += time.perf_counter() - start
    start = time.perf_counter()
    chosen = store.best(ipc)
    choose = time.perf_counter() - start
    start = time.perf_counter()
    np.save(path / "chosen.npy", store.latents(chosen))
    hand = time.perf_counter() - start
    used = int(subprocess.run(["du", "-s", "-B1", path], check=True, capture_output=True,
                              text=True).stdout.split()[0])
    return dict(write=write, choose=choose, hand=hand, used=used)
