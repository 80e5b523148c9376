# SPDX-License-Identifier: MIT
"""A pipeline of images with Pillow: draw, blur, shrink, compress.

NOISE=python draws with a generator of Python's for each image, instead of by Pillow, which draws by the C library's only one.
"""
import io
import os
import random
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, ImageFilter

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))
WIDTH, HEIGHT = int(500 * SIZE) + 100, 400


def noise(number):
    if os.environ.get("NOISE") == "python":
        return Image.frombytes("L", (WIDTH, HEIGHT), random.Random(number).randbytes(WIDTH * HEIGHT))
    return Image.effect_noise((WIDTH, HEIGHT), number + 1.0)


def thumbnail(number):
    small = noise(number).filter(ImageFilter.GaussianBlur(4)).resize((128, 96))
    packed = io.BytesIO()
    small.save(packed, "PNG")
    return len(packed.getvalue())


with region("thumbnails"), ThreadPoolExecutor(THREADS) as pool:
    sizes = list(pool.map(thumbnail, range(64)))
print(len(sizes))
