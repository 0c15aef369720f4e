"""Makes the files in this folder: python3 generate.py (needs numpy, Pillow and torch).

Pixels of the pictures follow the formulas that the tests repeat.
"""
import gzip
import io
import json
import pathlib
import struct
import zipfile

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent
y, x = np.mgrid[0:16, 0:20]
grey = ((x * 7 + y * 13) % 256).astype(np.uint8)
rgb = np.stack([x * 12, y * 15, (x + y) * 7], -1).astype(np.uint8)
alpha = ((x * y) % 256).astype(np.uint8)

Image.fromarray(grey).save(here / "grey.png")
Image.fromarray(rgb).save(here / "rgb.png")
Image.fromarray(np.dstack([rgb, alpha])).save(here / "rgba.png")
Image.fromarray(np.dstack([grey, alpha]), mode="LA").save(here / "grey-alpha.png")
Image.fromarray(rgb).quantize(16).convert("RGB").quantize(16).save(here / "palette.png")
(here / "palette.rgb").write_bytes(
    np.asarray(Image.open(here / "palette.png").convert("RGB")).tobytes())
Image.fromarray(grey.astype(np.uint16) * 257).save(here / "grey16.png")
Image.fromarray(rgb).save(here / "rgb.jpg", quality=95, subsampling=0)
(here / "rgb.jpg.rgb").write_bytes(np.asarray(Image.open(here / "rgb.jpg")).tobytes())
Image.fromarray((x * 6 + y * 4).astype(np.uint8)).save(here / "grey.jpg", quality=95)
Image.fromarray(rgb).convert("CMYK").save(here / "cmyk.jpg")

# The middle square of a picture that is none, smaller and larger.
y, x = np.mgrid[0:41, 0:52]
wide = np.stack([x * y * 3 % 256, x * 4, 255 * ((x // 3 + y // 5) % 2)], -1).astype(np.uint8)
Image.fromarray(wide).save(here / "wide.png")
for side in (16, 64):
    scaled = Image.fromarray(wide[:, 5:46]).resize((side, side), Image.Resampling.BILINEAR)
    scaled.save(here / f"wide-{side}.png")

for name, dtype in [("u1", "|u1"), ("i4", "<i4"), ("i8", "<i8"), ("f2", "<f2"), ("f4", "<f4")]:
    np.save(here / f"{name}.npy", np.arange(6).reshape(2, 3).astype(dtype))
np.save(here / "scalar.npy", np.float32(2.5))
np.save(here / "fortran.npy", np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3)))
np.save(here / "f8.npy", np.arange(3.0))


def npz(name, compression):
    # numpy.savez stamps no date either, but a fixed one keeps these bytes the same.
    with zipfile.ZipFile(here / name, "w", compression) as archive:
        for key, array in [("a", np.arange(100, dtype="<i4")), ("b", np.ones((2, 2), "<f4"))]:
            buffer = io.BytesIO()
            np.save(buffer, array)
            info = zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = compression
            with archive.open(info, "w", force_zip64=True) as member:
                member.write(buffer.getvalue())


npz("stored.npz", zipfile.ZIP_STORED)
npz("deflated.npz", zipfile.ZIP_DEFLATED)

tensors = {
    "weight": ("F16", np.arange(6, dtype="<f2").reshape(2, 3)),
    "bias": ("F32", np.array([0.5, -1.5], "<f4")),
    "empty": ("I64", np.zeros((0, 4), "<i8")),
}
header, data = {"__metadata__": {"made": "by hand"}}, b""
for key, (dtype, array) in tensors.items():
    header[key] = {
        "dtype": dtype,
        "shape": list(array.shape),
        "data_offsets": [len(data), len(data) + array.nbytes],
    }
    data += array.tobytes()
text = json.dumps(header).encode()
(here / "three.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)

idx = here / "idx"
idx.mkdir(exist_ok=True)
for prefix, count in [("train", 6), ("t10k", 3)]:
    images = np.arange(count * 256, dtype=np.int64).reshape(count, 16, 16) % 251
    pixels = struct.pack(">IIII", 0x803, count, 16, 16) + images.astype(np.uint8).tobytes()
    labels = struct.pack(">II", 0x801, count) + bytes(i % 3 for i in range(count))
    (idx / f"{prefix}-labels-idx1-ubyte").write_bytes(labels)
    # Two members, as `cat a.gz b.gz` makes them.
    packed = gzip.compress(pixels[:300], mtime=0) + gzip.compress(pixels[300:], mtime=0)
    (idx / f"{prefix}-images-idx3-ubyte.gz").write_bytes(packed)

# As torch.save (2.13) and tarfile write them.
import tarfile  # noqa: E402

import torch  # noqa: E402

torch.save(torch.arange(6, dtype=torch.float32).reshape(2, 3), here / "two.pt")
torch.save(torch.arange(1200, dtype=torch.float16).reshape(300, 1, 2, 2), here / "four.pt")
torch.save(torch.arange(3), here / "one.pt")
with tarfile.open(here / "two.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
    for name, content in [("a.cls", b"7"), ("folder-b.png", bytes(range(256)) * 3)]:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
