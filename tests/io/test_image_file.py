"""Images of any kind come out as RGB, label images as numbers, and broken ones as one line."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from image_sets import noise, png_header
from PIL import Image, ImageOps

from cryoal.errors import CryoalError
from cryoal.io.image_file import SUFFIXES, is_image_name, read_image, read_mask, read_shape

GREY = noise((5, 7))
RGB = noise((5, 7, 3), 1)
ORIENTATION = 274


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    smooth = np.dstack([np.full((16, 24), level, np.uint8) for level in (200, 100, 30)])
    Image.fromarray(smooth).save(path)
    pixels = read_image(path)
    assert pixels.dtype == np.uint8
    np.testing.assert_allclose(pixels.astype(int), smooth.astype(int), atol=3)
    assert read_shape(path) == (16, 24)


def test_names():
    assert is_image_name("A.JPEG")
    assert not is_image_name("._a.jpg")
    assert not is_image_name("a.mrc")
    assert not is_image_name(".png")


def test_lossless_kinds_are_exact(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(RGB).save(path)
    assert np.array_equal(read_image(path), RGB)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_grey_is_repeated(tmp_path, kind):
    path = tmp_path / "a.png"
    path.write_bytes(
        encoded(Image.fromarray(GREY), kind, **({"quality": 100} if kind == "JPEG" else {}))
    )
    pixels = read_image(path)
    np.testing.assert_allclose(pixels[..., 0].astype(int), GREY.astype(int), atol=2)
    assert (pixels == pixels[..., :1]).all()


def test_alpha_is_dropped(tmp_path):
    alpha = noise((5, 7), 2)
    path = tmp_path / "a.png"
    Image.fromarray(np.dstack([RGB, alpha])).save(path)
    assert np.array_equal(read_image(path), RGB)
    Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(alpha)]).save(path)
    assert np.array_equal(read_image(path), np.dstack([GREY] * 3))


@pytest.mark.parametrize("transparency", [None, 3, bytes(range(16))], ids=["none", "one", "many"])
def test_palettes_are_looked_up(tmp_path, transparency):
    colours = noise((16, 3), 3)
    indices = (GREY % 16).astype(np.uint8)
    image = Image.fromarray(indices).convert("P")
    image.putdata(indices.ravel().tolist())
    image.putpalette(colours.ravel().tolist())
    path = tmp_path / "a.png"
    image.save(path, **({} if transparency is None else {"transparency": transparency}))
    assert np.array_equal(read_image(path), colours[indices])
    assert np.array_equal(read_mask(path), indices)


def test_cmyk(tmp_path):
    path = tmp_path / "a.jpg"
    smooth = np.dstack([np.full((16, 16), level, np.uint8) for level in (200, 100, 30)])
    Image.fromarray(smooth).convert("CMYK").save(path, quality=100)
    np.testing.assert_allclose(read_image(path).astype(int), smooth.astype(int), atol=6)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".ppm"])
def test_of_16_bits_the_upper_eight_stay(tmp_path, suffix):
    levels = np.random.default_rng(0).integers(0, 2**16, (5, 7), np.uint16)
    path = tmp_path / f"a{suffix}"
    Image.fromarray(levels).save(path)
    assert np.array_equal(read_image(path), np.dstack([(levels >> 8).astype(np.uint8)] * 3))
    assert np.array_equal(read_mask(path), levels)


def test_black_and_white(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(GREY > 127).save(path)
    assert np.array_equal(read_image(path)[..., 0], np.where(GREY > 127, 255, 0))


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((3, 3), np.float32), "holds floating-point numbers"),
        (np.full((3, 3), -1, np.int32), "has grey levels beyond 0 to 65535"),
        (np.full((3, 3), 2**16, np.int32), "has grey levels beyond 0 to 65535"),
    ],
    ids=["float", "negative", "large"],
)
def test_numbers_that_are_no_grey_levels(tmp_path, pixels, message):
    path = tmp_path / "a.tif"
    Image.fromarray(pixels).save(path)
    with pytest.raises(CryoalError, match=r"a\.tif: " + message):
        read_image(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(10))
def test_orientation_of_the_camera(tmp_path, kind, orientation):
    image = Image.fromarray(np.add.outer(np.arange(16) * 12, np.arange(24) * 2).astype(np.uint8))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(image.convert("RGB"), kind, exif=exif))
    expected = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
    assert np.array_equal(read_image(path), expected)
    assert read_shape(path) == expected.shape[:2]
    assert read_shape(path) == ((24, 16) if orientation in (5, 6, 7, 8) else (16, 24))


@pytest.mark.filterwarnings("ignore:.*EXIF data")
@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff"]
)
def test_broken_exif_says_nothing(tmp_path, exif):
    path = tmp_path / "a.png"
    path.write_bytes(encoded(Image.fromarray(RGB), "PNG", exif=exif))
    assert np.array_equal(read_image(path), RGB)


@pytest.mark.parametrize("shape", [(40, 60), (60, 40), (8, 8), (3, 500), (500, 3), (1, 1)], ids=str)
def test_resized_to_a_square(tmp_path, shape):
    path = tmp_path / "a.png"
    Image.fromarray(noise((*shape, 3))).save(path)
    assert read_image(path, 8).shape == (8, 8, 3)


def test_resizing_takes_the_centre(tmp_path):
    """The shorter side is resized, and the middle of the longer one stays."""
    wide = Image.fromarray(noise((30, 90, 3)))
    path = tmp_path / "a.png"
    for image, window in ((wide, np.s_[:, 10:20]), (wide.rotate(90, expand=True), np.s_[10:20])):
        image.save(path)
        whole = image.resize((image.width // 3, image.height // 3), Image.Resampling.BILINEAR)
        assert np.array_equal(read_image(path, 10), np.asarray(whole)[window])


def test_of_the_wanted_size_already(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(RGB[:5, :5]).save(path)
    assert np.array_equal(read_image(path, 5), RGB[:5, :5])


def test_colours_are_no_mask(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(RGB).save(path)
    with pytest.raises(CryoalError, match=r"a\.png: has colours \(RGB\)"):
        read_mask(path)


@pytest.mark.parametrize("read", [read_image, read_shape, read_mask])
@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"not an image", "is no image of a known kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is no image of a known kind"),
        (png_header(9000, 9000), "unpacks to more than 67 million pixels"),
        (png_header(2**31 - 1, 2**31 - 1), "unpacks to more than 67 million pixels"),
        (png_header(0, 5), "cannot be read|is no image"),
    ],
    ids=["empty", "text", "postscript", "large", "bomb", "zero"],
)
def test_what_is_no_image(tmp_path, read, raw, message):
    path = tmp_path / "a.png"
    path.write_bytes(raw)
    with pytest.raises(CryoalError, match=r"a\.png: " + message):
        read(path)


def test_not_there(tmp_path):
    with pytest.raises(CryoalError, match=r"none\.png: cannot be read \(No such file"):
        read_image(tmp_path / "none.png")


KINDS = {
    kind: encoded(Image.fromarray(noise((20, 20, 3))), kind)
    for kind in ("PNG", "JPEG", "BMP", "PPM", "TIFF", "WEBP")
}


@pytest.mark.parametrize("kind", KINDS)
def test_truncated(tmp_path, kind):
    path = tmp_path / "a.png"
    path.write_bytes(KINDS[kind][: len(KINDS[kind]) * 2 // 3])
    with pytest.raises(CryoalError, match=r"a\.png: "):
        read_image(path)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_damage_is_one_line(tmp_path, data):
    raw = bytearray(KINDS[data.draw(st.sampled_from(sorted(KINDS)))])
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, min(200, len(raw) - 1)))] = data.draw(st.integers(0, 255))
    path = tmp_path / "a.png"
    path.write_bytes(raw)
    for read in (read_image, read_shape, read_mask):
        try:
            read(path)
        except CryoalError as error:
            told = str(error)
            assert "a.png: " in told
            assert "\n" not in told
