"""Writes dsa.json: images changed by PyTorch with given numbers (VICO-UoE's DiffAugment, NCHW)."""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(3)


def sample(x, theta):
    grid = F.affine_grid(torch.tensor([theta]), x.shape, align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def color(x, brightness, saturation, contrast):
    x = x + (brightness - 0.5)
    mean = x.mean(dim=1, keepdim=True)
    x = (x - mean) * (saturation * 2.0) + mean
    mean = x.mean(dim=[1, 2, 3], keepdim=True)
    return (x - mean) * (contrast + 0.5) + mean


def crop(x, down, right):
    _, _, h, w = x.shape
    rows = torch.clamp(torch.arange(h) + down + 1, 0, h + 1)
    columns = torch.clamp(torch.arange(w) + right + 1, 0, w + 1)
    return F.pad(x, [1, 1, 1, 1])[:, :, rows][:, :, :, columns]


def cutout(x, y0, x0):
    _, _, h, w = x.shape
    size = int(h * 0.5 + 0.5), int(w * 0.5 + 0.5)
    rows = torch.clamp(torch.arange(size[0]) + y0 - size[0] // 2, 0, h - 1)
    columns = torch.clamp(torch.arange(size[1]) + x0 - size[1] // 2, 0, w - 1)
    mask = torch.ones(h, w)
    mask[rows[:, None], columns[None, :]] = 0
    return x * mask


cases = []
for h, w, c in [(8, 8, 3), (7, 10, 1), (9, 6, 2)]:
    x = torch.randn(1, c, h, w)

    def case(kind, numbers, y):
        cases.append({
            "shape": [h, w, c], "kind": kind, "numbers": numbers,
            "input": [round(v, 6) for v in x.permute(0, 2, 3, 1).flatten().tolist()],
            "output": [round(v, 6) for v in y.permute(0, 2, 3, 1).flatten().tolist()],
        })

    for r in torch.rand(2, 3).tolist():
        case("color", r, color(x, *r))
    for shift in [(0, 0), (1, -1), (-1, 1)]:
        case("crop", list(shift), crop(x, *shift))
    for center in [(0, 0), (h // 2, w - 1), (h - 1, 1)]:
        case("cutout", list(center), cutout(x, *center))
    case("flip", [], x.flip(3))
    for sx, sy in [(1 / 1.2, 1.2), (1.1, 0.9), (1.0, 1.0)]:
        case("scale", [sx, sy], sample(x, [[sx, 0, 0], [0, sy, 0]]))
    for degrees in [-15.0, 4.0, 15.0]:
        t = degrees / 180 * math.pi
        case(
            "rotate", [t],
            sample(x, [[math.cos(t), math.sin(-t), 0], [math.sin(t), math.cos(t), 0]]))
out = pathlib.Path(__file__).with_name("dsa.json")
out.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
