"""Writes the fixtures of this folder with PyTorch, in double precision (made with torch 2.13).

A fixture is a text header, one line "name dim dim …" to a tensor, an empty line, then the tensors'
elements in that order as little-endian float32. Images are NHWC, convolution weights
[kh, kw, in, out]; PyTorch's NCHW and OIHW stay in here.
"""

import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(30)
HERE = pathlib.Path(__file__).parent


def save(name, tensors):
    header = "".join(f"{k} {' '.join(map(str, v.shape))}\n" for k, v in tensors.items())
    with open(HERE / f"{name}.fixture", "wb") as f:
        f.write(header.encode() + b"\n")
        for v in tensors.values():
            f.write(v.detach().contiguous().numpy().astype("<f4").tobytes())


def f32(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).float().double().requires_grad_()


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def convolution():
    tensors = {}
    for case, n, h, w, i, o, stride in [
        ("winograd", 2, 7, 6, 16, 20, 1), ("strided", 2, 7, 6, 3, 5, 2),
    ]:
        x, weight, bias = f32(n, h, w, i), f32(3, 3, i, o, scale=0.2), f32(o)
        out = nhwc(F.conv2d(nchw(x), weight.permute(3, 2, 0, 1), bias, stride, padding=1))
        g = f32(*out.shape)
        out.backward(g)
        tensors |= {
            f"{case}.x": x, f"{case}.weight": weight, f"{case}.bias": bias, f"{case}.output": out,
            f"{case}.gradient": g, f"{case}.xGradient": x.grad,
            f"{case}.weightGradient": weight.grad, f"{case}.biasGradient": bias.grad,
        }
    save("convolution", tensors)


def groupnorm():
    tensors = {}
    for case, groups, act, pools in [
        ("instance", 6, F.relu, True), ("groups", 2, F.silu, False), ("pooled", 3, F.silu, True),
    ]:
        x, weight, bias = f32(2, 5, 4, 6), f32(6), f32(6)
        out = act(F.group_norm(nchw(2 * x + 3), groups, weight, bias))
        out = nhwc(F.avg_pool2d(out, 2) if pools else out)
        g = f32(*out.shape)
        out.backward(g)
        # The layer sees 2x + 3 itself, so its gradient is half of x's.
        tensors |= {
            f"{case}.x": 2 * x + 3, f"{case}.weight": weight, f"{case}.bias": bias,
            f"{case}.output": out, f"{case}.gradient": g, f"{case}.xGradient": x.grad / 2,
            f"{case}.weightGradient": weight.grad, f"{case}.biasGradient": bias.grad,
        }
    save("groupnorm", tensors)


def batchnorm():
    norm = torch.nn.BatchNorm2d(4)
    weight, bias = f32(4), f32(4)
    norm.weight.data, norm.bias.data = weight.detach().clone(), bias.detach().clone()
    tensors = {"weight": weight, "bias": bias}
    for case in ["first", "second", "evaluation"]:
        norm.train(case != "evaluation")
        norm.zero_grad()
        x, g = f32(3, 4, 2, 4, scale=2), f32(3, 4, 2, 4)
        out = nhwc(F.relu(norm(nchw(x))))
        out.backward(g)
        tensors |= {
            f"{case}.x": x, f"{case}.output": out, f"{case}.gradient": g,
            f"{case}.xGradient": x.grad, f"{case}.weightGradient": norm.weight.grad.clone(),
            f"{case}.biasGradient": norm.bias.grad.clone(),
        }
    save("batchnorm", tensors | {"mean": norm.running_mean, "variance": norm.running_var})


def loss():
    q = torch.softmax(2 * torch.randn(4, 5), 1)
    q[1] = F.one_hot(torch.tensor(3), 5)
    tensors = {"targets": q}
    for t in [1, 4]:
        logits = f32(4, 5, scale=3)
        losses = t * t * F.kl_div(F.log_softmax(logits / t, 1), q, reduction="none").sum(1)
        losses.mean().backward()
        tensors |= {f"{t}.logits": logits, f"{t}.losses": losses, f"{t}.gradient": logits.grad}
    save("loss", tensors)


def optimizers():
    rates = torch.tensor([0.01, 0.02, 0.03, 0.02, 0.005]).float().double()
    start = [f32(2, 3), f32(4)]
    gradients = [f32(5, 2, 3), f32(5, 4)]
    tensors = {"rates": rates, "a": start[0], "b": start[1], "aGradients": gradients[0],
               "bGradients": gradients[1]}
    for case, make in [
        ("adamw", lambda p: torch.optim.AdamW(p, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)),
        ("sgd", lambda p: torch.optim.SGD(p, momentum=0.9, weight_decay=0.05)),
    ]:
        parameters = [s.detach().clone().requires_grad_() for s in start]
        optimizer = make(parameters)
        for step in range(5):
            optimizer.param_groups[0]["lr"] = rates[step].item()
            for p, g in zip(parameters, gradients):
                p.grad = g[step].detach().clone()
            optimizer.step()
            for name, p in zip("ab", parameters):
                tensors[f"{case}.{name}.{step}"] = p.detach().clone()
    for limit in [1, 100]:
        parameters = [s.detach().clone().requires_grad_() for s in start]
        for p, g in zip(parameters, gradients):
            p.grad = g[0].detach().clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        tensors |= {f"clip.{limit}.norm": norm.reshape(1), f"clip.{limit}.a": parameters[0].grad,
                    f"clip.{limit}.b": parameters[1].grad}
    save("optimizers", tensors)


convolution()
groupnorm()
batchnorm()
loss()
optimizers()
