"""psrdb's networks as a PyTorch user would write them."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvNet(nn.Sequential):
    def __init__(self, name, side, channels, width=128):
        layers = []
        for block in range(int(name[len("convnet")])):
            padding = 3 if block == 0 and channels == 1 else 1
            layers += [
                nn.Conv2d(channels, width, 3, padding=padding), nn.GroupNorm(width, width),
                nn.ReLU(), nn.AvgPool2d(2),
            ]
            side = (side + 2 * padding - 2) // 2
            channels = width
        super().__init__(*layers, nn.Flatten(), nn.Linear(side * side * width, 10))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)), inplace=True)


class ResNet(nn.Sequential):
    """With the 3×3 stem for small images."""

    def __init__(self, name, side, channels):
        head, _, width = name.partition("-")
        width = int(width or 64)
        layers = [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width),
                  nn.ReLU(inplace=True)]
        inputs = width
        for stage in range(4):
            for block in range(2 if head == "resnet18" else 1):
                outputs = width << stage
                layers.append(BasicBlock(inputs, outputs, 2 if stage and not block else 1))
                inputs = outputs
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))


class DiTBlock(nn.Module):
    def __init__(self, width, heads, ratio):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.fc1 = nn.Linear(width, ratio * width)
        self.fc2 = nn.Linear(ratio * width, width)
        self.modulation = nn.Linear(width, 6 * width)

    def forward(self, x, c):
        n, tokens, width = x.shape
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(c).unsqueeze(1).chunk(6, 2)
        y = self.norm(x) * (1 + scale1) + shift1
        q, k, v = self.qkv(y).view(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, tokens, width)
        x = x + gate1 * self.proj(y)
        y = self.norm(x) * (1 + scale2) + shift2
        return x + gate2 * self.fc2(F.gelu(self.fc1(y), approximate="tanh"))


class DiT(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.configuration = c
        width, channels, self.patch = c["width"], c["latent"][2], c["patch"]
        self.embed = nn.Conv2d(channels, width, self.patch, self.patch)
        self.grid = [side // self.patch for side in c["latent"][:2]]
        self.register_buffer("positions", torch.randn(1, self.grid[0] * self.grid[1], width))
        self.time = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.label = nn.Embedding(c["classes"] + 1, width)
        self.blocks = nn.ModuleList(
            DiTBlock(width, c["heads"], c["mlpRatio"]) for _ in range(c["depth"]))
        self.norm = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.modulation = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, self.patch**2 * channels)

    def forward(self, z, t, labels):
        n, channels = z.shape[:2]
        frequencies = torch.exp(-math.log(10000) * torch.arange(128) / 128)
        angles = t[:, None] * frequencies
        c = F.silu(self.time(torch.cat([angles.cos(), angles.sin()], 1)) + self.label(labels))
        x = self.embed(z).flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            x = block(x, c)
        shift, scale = self.modulation(c).unsqueeze(1).chunk(2, 2)
        x = self.out(self.norm(x) * (1 + scale) + shift)
        p, (h, w) = self.patch, self.grid
        x = x.view(n, h, w, p, p, channels).permute(0, 5, 1, 3, 2, 4)
        return x.reshape(n, channels, h * p, w * p)


class PreactivationBlock(nn.Module):
    def __init__(self, inputs, outputs, groups):
        super().__init__()
        self.branch = nn.Sequential(
            nn.GroupNorm(groups, inputs, eps=1e-6), nn.SiLU(), nn.Conv2d(inputs, outputs, 3, 1, 1),
            nn.GroupNorm(groups, outputs, eps=1e-6), nn.SiLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1))
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        return self.shortcut(x) + self.branch(x)


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        levels, latent, groups = c["blockChannels"][::-1], c["latentChannels"], c["groups"]
        channels = levels[0]
        layers = [nn.Conv2d(latent, latent, 1), nn.Conv2d(latent, channels, 3, 1, 1)]
        layers += [PreactivationBlock(channels, channels, groups) for _ in range(2)]
        for level, outputs in enumerate(levels):
            for _ in range(c["layersPerBlock"] + 1):
                layers.append(PreactivationBlock(channels, outputs, groups))
                channels = outputs
            if level < len(levels) - 1:
                layers += [nn.Upsample(scale_factor=2), nn.Conv2d(channels, channels, 3, 1, 1)]
        layers += [nn.GroupNorm(groups, channels, eps=1e-6), nn.SiLU(),
                   nn.Conv2d(channels, c["image"][2], 3, 1, 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, z):
        side = self.c["image"][0]
        first = (self.c["side"] - side) // 2
        images = self.layers(z / self.c["scale"] + self.c["shift"])
        return images[:, :, first:first + side, first:first + side]
