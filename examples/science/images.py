# SPDX-License-Identifier: MIT
"""A pipeline of images with Pillow: draw, blur, shrink, compress."""
import io
import os
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, ImageFilter

try:
    from ftscale import region
except ImportError:  # without the package nothing is marked
    from contextlib import nullcontext as region

THREADS = int(os.environ.get("FTSCALE_THREADS", "1"))
SIZE = float(os.environ.get("SIZE", "1"))


def thumbnail(number):
    image = Image.effect_noise((int(500 * SIZE) + 100, 400), number + 1.0)
    small = image.filter(ImageFilter.GaussianBlur(4)).resize((128, 96))
    packed = io.BytesIO()
    small.save(packed, "PNG")
    return len(packed.getvalue())


with region("thumbnails"), ThreadPoolExecutor(THREADS) as pool:
    total = sum(pool.map(thumbnail, range(48)))
print(total)
