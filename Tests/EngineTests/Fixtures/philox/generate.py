"""Writes streams.json: what streams of Philox4x32-10 hold, by the rounds of Salmon et al. (SC 2011).

Counters are (block, step, index, purpose << 16 | class), keys the seed's low and high word.
"""
import json
import math
import pathlib


def rounds(c, k):
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [
            (b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF,
        ]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


assert rounds([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


def normals(words):
    """Box and Muller's transform: the cosine's value, then the sine's."""
    for u, v in zip(words[::2], words[1::2]):
        radius = math.sqrt(-2 * math.log((u + 0.5) / 2**32))
        turn = 2 * math.pi * (v + 0.5) / 2**32
        yield from (radius * math.cos(turn), radius * math.sin(turn))


def permutation(words):
    """Fisher and Yates, from the last place down."""
    order = list(range(len(words) + 1))
    for i, word in zip(range(len(words), 0, -1), words):
        j = word * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return order


streams = []
for seed, purpose, label, index, step in [(1, 4, 2, 3, 0), (2**40 + 3, 12, 999, 70000, 600)]:
    counters = ([block, step, index, purpose << 16 | label] for block in range(3))
    words = [w for c in counters for w in rounds(c, [seed & 0xFFFFFFFF, seed >> 32])][:10]
    streams.append({
        "seed": seed, "purpose": purpose, "label": label, "index": index, "step": step,
        "words": words, "uniforms": [(w >> 8) / 2**24 for w in words],
        "integers": [w * 1000 >> 32 for w in words], "permutation": permutation(words),
        "normals": [round(x, 8) for x in normals(words)],
    })
out = pathlib.Path(__file__).with_name("streams.json")
out.write_text("[\n" + ",\n".join(json.dumps(s) for s in streams) + "\n]\n")
