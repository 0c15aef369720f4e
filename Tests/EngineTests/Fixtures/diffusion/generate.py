"""Writes the fixtures of this folder with PyTorch, in double precision (made with torch 2.13).

A fixture is a text header, one line "name dim dim …" to a tensor, an empty line, then the tensors'
elements in that order as little-endian float32.

The transformer follows facebookresearch/DiT (models.py), DDIM and DPM-Solver++(2M) the papers'
update rules, all written down here anew.
"""

import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(20)
HERE = pathlib.Path(__file__).parent


def save(name, tensors):
    header = "".join(f"{k} {' '.join(map(str, v.shape))}\n" for k, v in tensors.items())
    with open(HERE / f"{name}.fixture", "wb") as f:
        f.write(header.encode() + b"\n")
        for v in tensors.values():
            f.write(v.detach().contiguous().numpy().astype("<f4").tobytes())


def f32(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).float().double().requires_grad_()


def attend(qkv, heads):
    n, t, w = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
    q, k, v = qkv.reshape(n, t, 3, heads, w // heads).permute(2, 0, 3, 1, 4)
    p = torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(w // heads), -1)
    return (p @ v).transpose(1, 2).reshape(n, t, w)


def modulate(x, shift, scale):
    return F.layer_norm(x, x.shape[-1:], eps=1e-6) * (1 + scale[:, None]) + shift[:, None]


def attention():
    tensors = {}
    for case, (n, t, heads, head) in enumerate([(2, 5, 3, 4), (2, 16, 2, 32), (1, 21, 2, 20)]):
        qkv, g = f32(n, t, 3 * heads * head), f32(n, t, heads * head)
        out = attend(qkv, heads)
        out.backward(g)
        tensors |= {
            f"{case}.qkv": qkv, f"{case}.output": out, f"{case}.gradient": g,
            f"{case}.qkvGradient": qkv.grad,
        }
    save("attention", tensors)


def layernorm():
    x, shift, scale, g = f32(3, 5, 20), f32(3, 20), f32(3, 20), f32(3, 5, 20)
    out = modulate(x, shift, scale)
    out.backward(g)
    save("layernorm", {
        "x": x, "shift": shift, "scale": scale, "output": out, "gradient": g,
        "xGradient": x.grad, "shiftGradient": shift.grad, "scaleGradient": scale.grad,
    })


def positions(width, rows, columns):
    def one(pos, d):
        omega = 1.0 / 10000 ** (np.arange(d // 2) / (d / 2))
        out = np.einsum("m,d->md", pos.reshape(-1), omega)
        return np.concatenate([np.sin(out), np.cos(out)], axis=1)

    grid = np.meshgrid(np.arange(columns, dtype=float), np.arange(rows, dtype=float))
    both = [one(grid[0], width // 2), one(grid[1], width // 2)]
    return torch.from_numpy(np.concatenate(both, axis=1))[None]


def transformer():
    n, h, w, c, patch, width, heads, depth, classes = 3, 6, 4, 3, 2, 12, 2, 2, 5
    p = {
        "x_embedder.proj.weight": f32(width, c, patch, patch, scale=0.3),
        "x_embedder.proj.bias": f32(width, scale=0.3),
        "t_embedder.mlp.0.weight": f32(width, 256, scale=0.1),
        "t_embedder.mlp.0.bias": f32(width, scale=0.3),
        "t_embedder.mlp.2.weight": f32(width, width, scale=0.3),
        "t_embedder.mlp.2.bias": f32(width, scale=0.3),
        "y_embedder.embedding_table.weight": f32(classes + 1, width),
        "final_layer.linear.weight": f32(patch * patch * c, width, scale=0.3),
        "final_layer.linear.bias": f32(patch * patch * c, scale=0.3),
        "final_layer.adaLN_modulation.1.weight": f32(2 * width, width, scale=0.3),
        "final_layer.adaLN_modulation.1.bias": f32(2 * width, scale=0.3),
    }
    for b in range(depth):
        for name, o, i in [
            ("attn.qkv", 3 * width, width), ("attn.proj", width, width),
            ("mlp.fc1", 4 * width, width), ("mlp.fc2", width, 4 * width),
            ("adaLN_modulation.1", 6 * width, width),
        ]:
            p[f"blocks.{b}.{name}.weight"] = f32(o, i, scale=0.3)
            p[f"blocks.{b}.{name}.bias"] = f32(o, scale=0.3)
    pos = positions(width, h // patch, w // patch)

    def linear(name, x):
        return F.linear(x, p[name + ".weight"], p[name + ".bias"])

    x, t, y = f32(n, h, w, c), torch.tensor([3.0, 410.0, 999.0]), torch.tensor([2, 5, 0])
    freqs = torch.exp(-math.log(10000) * torch.arange(128) / 128)
    args = t[:, None] * freqs[None]
    e = linear("t_embedder.mlp.0", torch.cat([args.cos(), args.sin()], 1))
    cond = linear("t_embedder.mlp.2", F.silu(e)) + p["y_embedder.embedding_table.weight"][y]
    tok = F.conv2d(x.permute(0, 3, 1, 2), p["x_embedder.proj.weight"],
                   p["x_embedder.proj.bias"], stride=patch).flatten(2).transpose(1, 2) + pos
    for b in range(depth):
        name = f"blocks.{b}."
        m = linear(name + "adaLN_modulation.1", F.silu(cond)).chunk(6, 1)
        a = attend(linear(name + "attn.qkv", modulate(tok, m[0], m[1])), heads)
        tok = tok + m[2][:, None] * linear(name + "attn.proj", a)
        a = F.gelu(linear(name + "mlp.fc1", modulate(tok, m[3], m[4])), approximate="tanh")
        tok = tok + m[5][:, None] * linear(name + "mlp.fc2", a)
    shift, scale = linear("final_layer.adaLN_modulation.1", F.silu(cond)).chunk(2, 1)
    out = linear("final_layer.linear", modulate(tok, shift, scale))
    out = out.reshape(n, h // patch, w // patch, patch, patch, c)
    out = torch.einsum("nhwpqc->nhpwqc", out).reshape(n, h, w, c)
    g = f32(n, h, w, c)
    out.backward(g)
    save("transformer", p | {"pos_embed": pos} | {f"gradient of {k}".replace(" ", "-"): v.grad
                                                  for k, v in p.items()} | {
        "x": x, "output": out, "gradient": g, "xGradient": x.grad,
    })


def betas(kind):
    if kind == "linear":
        return np.linspace(1e-4, 0.02, 1000)
    bar = lambda s: math.cos((s + 0.008) / 1.008 * math.pi / 2) ** 2
    return np.array([min(1 - bar((i + 1) / 1000) / bar(i / 1000), 0.999) for i in range(1000)])


def model(x, t):
    return torch.tanh(0.8 * x + t / 2000) - 0.3 * x


def sampler():
    noise = f32(2, 2, 2, 3)
    tensors = {"noise": noise}
    for case, (kind, prediction, steps) in enumerate([("cosine", "v", 10), ("linear", "epsilon", 7)]):
        bar = np.cumprod(1 - betas(kind))
        tensors[f"{case}.remaining"] = torch.from_numpy(bar)
        ts = (np.round(np.arange(1000, 0, -1000 / steps)) - 1).astype(int)

        def both(x, t):
            a, s, o = math.sqrt(bar[t]), math.sqrt(1 - bar[t]), model(x, float(t))
            if prediction == "v":
                return a * x - s * o, a * o + s * x
            return (x - s * o) / a, o

        x = noise
        for i, t in enumerate(ts):
            z, e = both(x, t)
            after = bar[ts[i + 1]] if i + 1 < steps else 1.0
            x = math.sqrt(after) * z + math.sqrt(1 - after) * e
        tensors[f"{case}.ddim"] = x

        x, last = noise, None
        for i, t in enumerate(ts):
            z, _ = both(x, t)
            if i + 1 == steps:
                x = z
                break
            a0, s0 = math.sqrt(bar[t]), math.sqrt(1 - bar[t])
            a1, s1 = math.sqrt(bar[ts[i + 1]]), math.sqrt(1 - bar[ts[i + 1]])
            h = math.log(a1 / s1) - math.log(a0 / s0)
            x = s1 / s0 * x - a1 * (math.exp(-h) - 1) * z
            if last is not None:
                r = last[1] / h
                x = x - 0.5 * a1 * (math.exp(-h) - 1) * (z - last[0]) / r
            last = (z, h)
        tensors[f"{case}.dpm-solver"] = x
    save("sampler", tensors)


attention()
layernorm()
transformer()
sampler()
