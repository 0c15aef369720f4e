"""Makes data.mdb after schema/format.md, with liblmdb and without psrdb: python3 make.py

Two classes of candidates, of which one was dropped and two more were collected after a merge; an
entry of every kind. Prints the fingerprint, which FormatTests.swift has.
"""

import ctypes
import hashlib
import json
import os
import struct
import tempfile

FORMATS = {"u8": (1, "B"), "i32": (2, "i"), "i64": (3, "q"), "f16": (4, "e"), "f32": (5, "f")}
NAN = float("nan")
journal, tensors = {}, {}
previous = "0" * 64


def product(shape):
    return 1 if not shape else shape[0] * product(shape[1:])


def append(kind, content, *rows, arguments={}, collected=False):
    """Of a tensor: name, class, dtype, shape, elements."""
    global previous
    sequence = len(journal) + 1
    descriptions = []
    for number, (name, label, dtype, shape, values) in enumerate(rows):
        code, letter = FORMATS[dtype]
        assert len(values) == product(shape)
        data = struct.pack(f"<{len(values)}{letter}", *values)
        header = struct.pack("<4sHBBq6q", b"PSRT", 1, code, len(shape), len(data),
                             *shape, *[0] * (6 - len(shape)))
        description = {"dtype": dtype, "name": name, "sha256": hashlib.sha256(data).hexdigest(),
                       "shape": shape}
        if label is not None:
            description["class"] = label
        descriptions.append(description)
        if not (collected and name in ("latent", "image", "logits", "features")):
            tensors[struct.pack(">qi", sequence, number)] = header + data
    entry = {
        "sequence": sequence, "kind": kind, "time": f"2026-11-29T12:00:{sequence:02}Z",
        "arguments": arguments, "content": content, "tensors": descriptions, "psrdb": "0.1.0",
        "blas": "OpenBLAS Haswell", "threads": 4, "previous": previous,
    }
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    journal[struct.pack(">q", sequence)] = text.encode()
    previous = hashlib.sha256(text.encode()).hexdigest()
    return sequence


def dataset(split, counts):
    append(
        "dataset",
        {"dataset": "tiny", "split": split, "image": [2, 2, 1], "classes": ["köter", "cat/\"tom\""],
         "counts": counts, "mean": [0.3333333333333333], "sd": [0.25], "source": "5" * 64},
        *[tensor for label, count in enumerate(counts) for tensor in (
            ("images", label, "u8", [count, 2, 2, 1], list(range(count * 4))),
            ("positions", label, "i32", [count], [label + 2 * row for row in range(count)]))],
        arguments={"path": "bilder/größe \"2\"", "format": "image-folder"})


def generate(label, first, count, collected=False):
    return append(
        "generate",
        {"generation": "base", "plan": "0123abcd", "class": label, "first": first, "seed": 7,
         "prior": "b" * 64, "autoencoder": "a" * 64, "sampler": "ddim", "steps": 4,
         "guidance": 1.5},
        ("latent", label, "f16", [count, 2], [(first + row) * 0.5 - part
                                              for row in range(count) for part in range(2)]),
        ("image", label, "u8", [count, 2, 2, 1], [10 * (first + row) + pixel
                                                  for row in range(count) for pixel in range(4)]),
        collected=collected)


def score(target, label, count, others, columns, values, collected=False):
    append(
        "score",
        {"scoring": "base", "target": target, "class": label, "teacher": "c" * 64, "views": 1,
         "seed": 0, "columns": columns, **others},
        ("logits", label, "f16", [count, 1, 2], [1] * (count * 2)),
        ("features", label, "f16", [count, 2], [0.5] * (count * 2)),
        ("scores", label, "f32", [count, len(columns)], values), collected=collected)


append("init", {"format": 1, "pool": "0123456789abcdef" * 2})
dataset("train", [3, 2])
dataset("test", [1, 2])
weights = [number % 251 for number in range(5000)]
append(
    "model",
    {"role": "teacher", "architecture": "resnet10-16", "bytes": 5000, "origin": "t.safetensors",
     "digest": hashlib.sha256(bytes(weights)).hexdigest()},
    ("weights", None, "u8", [5000], weights))
first = generate(0, 0, 5)
score(first, 0, 5, {"judge": "d" * 64}, ["correct", "confidence", "judge_confidence"],
      [1, 0.5, 0.25, 1, 0.625, 0.5, 0, 0.125, NAN, 1, 0.75, 0.875, 1, 0.875, 1])
second = generate(1, 0, 4)
score(second, 1, 4, {"flips": False}, ["correct", "entropy"], [1, 0.5, 0, 0.25, 1, NAN, 1, 0])
ranking = append(
    "rank",
    {"key": "e" * 64, "strategy": "psr", "parameters": {"alpha": 0.5, "beta": 1}, "source": "pool",
     "scoring": "base", "slice": "confidence > 0", "terms": ["reliability", "coverage"],
     "length": 4},
    *[tensor for label, entry, rows in ((0, first, [4, 3, 2, 1]), (1, second, [3, 2, 1, 0]))
      for tensor in (
          ("picks", label, "i64", [4, 2], [number for row in rows for number in (entry, row)]),
          ("gains", label, "f32", [4, 2], [4, 0.5, 3, 0.5, 2, 0.5, 1, 0.5]),
          ("bounds", label, "f32", [4], [6, 4, 2, 0.25]),
          ("flags", label, "u8", [4], [0, 0, 0, 1]))])
append("select", {"selection": "two", "ranking": ranking, "counts": [2, 2]})
append("select", {"selection": "grid", "ranking": ranking, "counts": [4, 4], "factor": 2})
append(
    "refine",
    {"refinement": "r", "selection": "two", "class": 0, "seed": 3, "teacher": "c" * 64,
     "judge": "d" * 64, "prior": "b" * 64, "autoencoder": "a" * 64,
     "settings": {"steps": 2, "rate": 1e-05, "radius": 0.05000000074505806},
     "verdicts": ["accepted", "label"], "columns": ["judge_loss_before", "judge_loss_after"]},
    ("parents", 0, "i64", [2, 2], [first, 4, first, 3]),
    ("latent", 0, "f16", [2, 2], [1, 2, 3, 4]),
    ("image", 0, "u8", [2, 2, 2, 1], [1, 2, 3, 4, 5, 6, 7, 8]),
    ("outcomes", 0, "f32", [2, 2], [2, 1.5, 1, NAN]))
append("select", {"selection": "refined", "base": "two", "refinement": "r", "counts": [2, 2]})
append(
    "evaluate",
    {"selection": "refined", "protocol": "soft", "student": "convnet3-8",
     "settings": {"augment": "views", "images": "4"}, "seed": 1, "epochs": 2,
     "accuracy": 0.6666666666666666, "class_accuracy": [1, 0.5], "test": "f" * 64,
     "train": "9" * 64, "seconds": 0.125},
    ("soft_labels", None, "f16", [1, 4, 2], [1, -1, 2, -2, 3, -3, 4, -4]))
append("merge", {"pool": "fedcba9876543210" * 2, "head": "8" * 64, "entries": 2})
merged = generate(0, 5, 2, collected=True)
score(merged, 0, 2, {}, ["correct"], [1, 0], collected=True)
append("drop", {"reason": "ugly"},
       ("rows", 0, "i64", [3, 2], [first, 0, merged, 0, merged, 1]))

lmdb = ctypes.CDLL("liblmdb.so.0")


class Value(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_char_p)]


def check(code):
    assert code == 0, code


environment, transaction = ctypes.c_void_p(), ctypes.c_void_p()
with tempfile.TemporaryDirectory() as folder:
    check(lmdb.mdb_env_create(ctypes.byref(environment)))
    check(lmdb.mdb_env_set_maxdbs(environment, 2))
    check(lmdb.mdb_env_open(environment, folder.encode(), 0, 0o644))
    check(lmdb.mdb_txn_begin(environment, None, 0, ctypes.byref(transaction)))
    for name, pairs in ((b"journal", journal), (b"tensors", tensors)):
        database = ctypes.c_uint()
        check(lmdb.mdb_dbi_open(transaction, name, 0x40000, ctypes.byref(database)))
        for key, value in pairs.items():
            check(lmdb.mdb_put(transaction, database, ctypes.byref(Value(len(key), key)),
                               ctypes.byref(Value(len(value), value)), 0))
    check(lmdb.mdb_txn_commit(transaction))
    lmdb.mdb_env_close(environment)
    data = open(os.path.join(folder, "data.mdb"), "rb").read()
open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "data.mdb"), "wb").write(data)
print(len(journal), previous)
