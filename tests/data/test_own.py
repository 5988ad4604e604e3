"""Own data as people really send it, and as attackers do: never a crash, nothing half-saved, every loss named."""

import os
import struct
import tempfile
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnn_core.data.datasets import Catalogue
from cnn_core.data.upload.found import Found, own_name
from cnn_core.data.upload.make import Choice
from cnn_core.data.upload.pixels import kept
from cnn_core.data.upload.reader import look, make
from cnn_core.data.upload.shelf import Shelf
from cnn_core.errors import DataError
from cnn_core.settings import MIB, Settings
from tests.conftest import HOME

LIMITS = Settings(max_dataset_bytes=20_000_000, max_unpacked_bytes=8 * MIB, max_image_pixels=1_000_000)
PHOTOS = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "/nowhere")) / "photos"


@dataclass
class Sent:
    """An upload that was read, in this process: tests/data/test_reading.py has those with processes of their own."""

    found: Found
    file: Path

    def __getattr__(self, name):
        return getattr(self.found, name)

    def pixels(self, number, shape):
        with kept(self.file.parent / "pixels", shape) as read:
            return read(number)


def read_upload(name, content, limits=LIMITS):
    shelf = Shelf(Path(tempfile.mkdtemp(dir=HOME)), limits)
    upload = shelf.keep(name, content, "me")
    file = shelf.folder / upload.id / "file"
    bounds = {"max_unpacked_bytes": limits.max_unpacked_bytes, "max_image_pixels": limits.max_image_pixels}
    return Sent(look(file, upload.kind, file.parent, **bounds), file)


def arrays(sent, size, *, colour, test_share, progress=lambda share: None):
    made, choice = sent.file.parent / "made.npz", Choice(size, colour, test_share)
    make(sent.file, sent.file.parent, made, choice, max_image_pixels=LIMITS.max_image_pixels, progress=progress)
    with np.load(made) as file:
        return dict(file)


def picture(seed, kind="PNG", size=(24, 16), mode="RGB"):
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, kind)
    return file.getvalue()


def zipped(files):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def pets(cats=5, dogs=5):
    """A good zip: PNG, JPEG and WebP in two folders."""
    kinds = ("PNG", "JPEG", "WEBP")
    files = {f"pets/cats/{n}.png": picture(n, kinds[n % 3]) for n in range(cats)}
    return files | {f"pets/dogs/{n}.jpg": picture(100 + n, kinds[n % 3]) for n in range(dogs)}


def reasons(found):
    return {str(one.what): str(one.why) for one in found.left_out}


def read_zip(files):
    return read_upload("pets.zip", zipped(files), LIMITS)


def test_a_zip_of_class_folders_becomes_a_data_set_that_survives(tmp_path):
    found = read_zip(pets(10, 5))
    assert found.class_names == ("cats", "dogs")
    assert (found.smallest, found.largest) == ((16, 24), (16, 24))
    assert found.uniform == (16, 24)
    assert found.colour == 15
    assert not found.left_out
    shares = []
    made = arrays(found, (12, 12), colour=True, test_share=0.2, progress=shares.append)
    Catalogue(tmp_path).save(own_name("My Pets!"), made)
    pets_again = Catalogue(tmp_path).load("own-my-pets")
    assert pets_again.class_names == ("cats", "dogs")
    assert pets_again.x_train.shape == (12, 12, 12, 3)
    assert np.bincount(pets_again.y_test).tolist() == [2, 1]
    assert len(set(pets_again.y_train[:6])) == 2, "the first few show all classes"
    assert shares


@pytest.mark.skipif(not PHOTOS.exists(), reason="set CNN_STUDIO_TEST_DATA for real photos")
def test_real_photos():
    files = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(PHOTOS.rglob("*.jpg"))[::10]}
    found = read_zip(files)
    assert found.pictures == len(files)
    small = arrays(found, (32, 32), colour=False, test_share=0.25)
    assert small["x_train"].shape[1:] == (32, 32, 1)


def test_litter_of_systems_is_ignored_without_a_word():
    found = read_zip(pets() | {"__MACOSX/pets/cats/._0.png": b"x", "pets/.DS_Store": b"x", "pets/cats/Thumbs.db": b"x"})
    assert not found.left_out


def huge_png(side):
    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


BAD_FILES = {
    "hello": (b"not a picture at all", "cats/x.jpg", "not an image"),
    "truncated": (picture(1, "JPEG")[:300], "cats/x.jpg", "damaged"),
    "gif": (picture(1, "GIF"), "cats/x.jpg", "not an image"),
    "text": (b"notes", "cats/notes.txt", "not a jpg"),
    "absurd": (huge_png(60_000), "cats/x.png", "too large"),
    "root": (picture(1), "x.png", "no class folder"),
    "up": (picture(1), "../cats/x.png", "leads out"),
    "windows": (picture(1), "cats\\..\\x.png", "leads out"),
    "absolute": (picture(1), "/etc/cats/x.png", "leads out"),
    "drive": (picture(1), "C:/cats/x.png", "leads out"),
    "empty": (b"", "cats/x.png", "not an image"),
    "bomb": (bytes(4 * MIB), "cats/bomb.png", "unpacks to more than 200 times"),
    "nested": (zipped({"a": b"b"}), "cats/more.zip", "not a jpg"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_each_bad_file_is_left_out_with_its_reason(kind):
    content, name, reason = BAD_FILES[kind]
    found = read_zip(pets() | {name: content})
    assert found.pictures == 10
    assert [reason in why for why in reasons(found).values()] == [True]


def test_duplicates_are_left_out_so_that_none_can_be_on_both_sides_of_the_split():
    files = pets()
    files["pets/cats/copy.png"] = files["pets/cats/0.png"]
    files["pets/dogs/liar.png"] = files["pets/cats/0.png"]
    found = read_zip(files)
    assert reasons(found) == {
        "pets/cats/copy.png": "the same image as pets/cats/0.png",
        "pets/dogs/liar.png": "the same image as pets/cats/0.png, which is cats and not dogs",
    }
    assert found.pictures == 10


def test_classes_that_are_too_small():
    found = read_zip(pets(2, 6) | {"birds/1.png": picture(500)})
    assert found.class_names == ("cats", "dogs")
    assert "only 1 image" in reasons(found)["class birds"]
    made = arrays(found, (16, 16), colour=True, test_share=0.1)
    for part in ("y_train", "y_test"):
        assert set(made[part]) == {0, 1}, "two pictures: one on either side"


@pytest.mark.parametrize("files", [{}, pets(5, 0), {"a.txt": b""}, pets(1, 1)])
def test_without_two_classes_it_says_what_is_missing(files):
    with pytest.raises(DataError, match="nothing to tell apart"):
        read_zip(files)


def test_links_and_encrypted_files():
    link, secret = zipfile.ZipInfo("cats/link.png"), zipfile.ZipInfo("cats/secret.png")
    link.external_attr = 0o120777 << 16
    file = BytesIO(zipped(pets()))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr(secret, b"x")
    content = file.getvalue()
    central = content.rindex(b"cats/secret.png") - 46
    content = content[: central + 8] + b"\x01" + content[central + 9 :]
    found = read_upload("pets.zip", content, LIMITS)
    assert reasons(found) == {"cats/link.png": "a link, not a file", "cats/secret.png": "encrypted"}


def test_a_size_that_lies_ends_at_the_declared_size():
    content = bytearray(zipped(pets() | {"cats/liar.png": bytes(3 * MIB)}))
    at = content.rindex(b"cats/liar.png") - 46 + 24  # the uncompressed size in the central directory
    content[at : at + 4] = struct.pack("<I", 1000)
    assert "damaged" in reasons(read_upload("pets.zip", bytes(content), LIMITS))["cats/liar.png"]


def test_what_all_files_unpack_to_is_limited():
    noise = {f"cats/noise{n}.png": picture(n, size=(900, 900)) for n in range(4)}
    found = read_zip(pets() | noise)
    assert len(found.left_out) == 1
    assert "all that is allowed" in str(found.left_out[0].why)


@pytest.mark.parametrize("name", ["a.zip", "a.npz", "a.csv", "a.exe", ""])
@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"\0" * 60, b"\0" * 100, b"\xff\xfe,1,2,3,4\n" * 9])
def test_files_of_another_kind(name, content):
    with pytest.raises(DataError):
        read_upload(name, content, LIMITS)


def test_a_file_that_is_too_large():
    with pytest.raises(DataError, match=r"too large.*20 MB.*20\.1 MB"):
        read_upload("a.zip", bytes(20_100_000), LIMITS)


def row(label, seed, values=16):
    return ",".join([str(label), *map(str, np.random.default_rng(seed).integers(0, 256, values))])


@pytest.mark.parametrize("head", ["label," + ",".join(f"pixel{n}" for n in range(16)) + "\n", ""])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table(head, separator):
    text = head + "\n".join(row(label, 10 * label + n) for label in (2, 10) for n in range(4)) + "\r\n\n"
    found = read_upload("train.CSV", text.replace(",", separator).encode(), LIMITS)
    assert found.class_names == ("2", "10"), "numbers in the order of numbers"
    assert found.uniform == (4, 4)
    assert found.colour == 0
    first = np.array(row(2, 20).split(",")[1:], np.uint8).reshape(4, 4)
    made = arrays(found, (8, 8), colour=False, test_share=0.25)
    assert made["x_test"].shape == (2, 8, 8, 1)
    assert np.array_equal(found.pixels(0, (4, 4, 1))[..., 0], first)


def test_bad_rows_are_left_out_one_by_one():
    good = [row(label, 10 * n + (label == "dog"), 48) for label in ("cat", "dog") for n in range(3)]
    bad = ["cat,1,2,3", "cat," + ",".join(["256"] * 48), "cat," + ",".join(["1_0"] * 48)]
    bad += ["cat," + ",".join(["x"] * 48), "," + ",".join(["1"] * 48), "dog," + ",".join(["-1"] * 48), good[0]]
    found = read_upload("t.csv", "\n".join(good + bad).encode(), LIMITS)
    assert found.pictures == 6
    assert found.pixels(0, (4, 4, 3)).reshape(-1).tolist() == list(map(int, good[0].split(",")[1:]))
    assert [str(one.what) for one in found.left_out] == [f"line {n}" for n in range(7, 14)]
    assert "4 values instead of 49" in str(found.left_out[0].why)
    assert "the same image as line 1" in str(found.left_out[-1].why)


def test_a_quoted_label_may_have_a_comma_and_quotation_marks():
    labels = ('"cat, black"', '"the ""big"" dog"')
    text = "\n".join(
        f"{label},{row(0, n)[2:]}" for label in labels for n in range(20 * len(label), 20 * len(label) + 3)
    )
    assert read_upload("t.csv", text.encode(), LIMITS).class_names == ("cat, black", 'the "big" dog')
    with pytest.raises(DataError, match="quotation mark that is not closed"):
        read_upload("t.csv", (text + '\n"cat' + ",1" * 100_000).encode(), LIMITS)


def npz(**changes):
    x = np.random.default_rng(0).integers(0, 256, (12, 9, 9), np.uint8)
    good = {"x_train": x[:8], "y_train": np.arange(8) % 2, "x_test": x[8:], "y_test": np.arange(4) % 2} | changes
    file = BytesIO()
    np.savez_compressed(file, **good)
    return file.getvalue()


def test_an_npz_keeps_its_split_and_loses_what_is_in_both():
    x = np.random.default_rng(0).integers(0, 256, (12, 9, 9), np.uint8)
    found = read_upload("a.npz", npz(x_test=np.concatenate([x[:1], x[9:]]), class_names=np.array(["a", "b"])), LIMITS)
    assert reasons(found) == {"test 0": "the same image as train 0 in the training set"}
    made = arrays(found, (9, 9), colour=False, test_share=0.9)
    assert made["y_train"].tolist().count(0) == 4
    assert len(made["x_test"]) == 3
    assert made["class_names"].tolist() == ["a", "b"]


@pytest.mark.parametrize("kind", ["<i8", ">i4", "<u2", "i1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_whole_numbers_of_any_kind_and_order_are_the_same_pictures(kind, order):
    x = np.random.default_rng(1).integers(0, 128, (8, 9, 9, 3))
    found = read_upload(
        "a.npz", npz(x_train=np.array(x, kind, order=order), x_test=np.zeros((4, 9, 9, 3), kind)), LIMITS
    )
    assert found.pictures == 9
    assert np.array_equal(found.pixels(3, (9, 9, 3)), x[3])


def test_names_are_kept_when_the_last_class_is_not_tested():
    changes = {"y_train": np.arange(8) % 3, "class_names": np.array(["a", "b", "c"])}
    assert read_upload("a.npz", npz(**changes), LIMITS).class_names == ("a", "b", "c")


def test_too_many_pictures_are_refused_by_their_number():
    x = np.zeros((1_000_001, 1, 1), np.uint8)
    with pytest.raises(DataError, match=r"too many images.*1,000,000.*1,000,005"):
        read_upload("a.npz", npz(x_train=x, y_train=x[:, 0, 0], x_test=x[:4]), Settings())


def test_a_thousand_reasons_are_listed_and_all_are_counted():
    good = [row(n % 2, n) for n in range(8)]
    found = read_upload("t.csv", "\n".join(good + ["x"] * 1500 + good).encode(), LIMITS)
    assert len(found.left_out) == 1000
    assert found.left_out_count == 1508


def test_too_many_labels_are_refused():
    with pytest.raises(DataError, match="too many classes"):
        read_upload("t.csv", "\n".join(row(f"n{n}", n, 4) for n in range(10_001)).encode(), LIMITS)


@pytest.mark.parametrize(
    "changes",
    [
        {"y_train": np.array([{"os": 1}] * 8, object)},
        {"class_names": np.array(["a", "b" * 1001])},
        {"class_names": np.array(["a"] * 1001)},
        {"x_train": np.zeros((8, 9, 9), object)},
        {"x_train": np.zeros((9_000_000, 1), np.uint8)},
        {"x_train": np.zeros((9_000, 40, 40), np.uint8), "y_train": np.zeros(9_000, int)},
        {"x_test": np.zeros((4, 9, 9), np.uint8), "x_train": np.zeros((8, 9, 9), np.uint8)},
    ],
)
def test_a_pickled_a_swollen_and_an_empty_npz(changes):
    with pytest.raises(DataError):
        read_upload("a.npz", npz(**changes), LIMITS)


@pytest.mark.parametrize("size", [(4, 4), (2000, 2000)])
def test_sizes_that_cannot_be_worked_at(size):
    with pytest.raises(DataError, match="sides from 8"):
        arrays(read_zip(pets()), size, colour=True, test_share=0.2)


@pytest.mark.parametrize("title", ["", "  ", "../", "日本"])
def test_a_data_set_needs_a_name(title):
    with pytest.raises(DataError, match="needs a name"):
        own_name(title)
    assert own_name("../Été 2026/x") == "own-ete-2026-x"


GOOD = {"a.zip": zipped(pets()), "a.csv": "\n".join(row(n % 2, n) for n in range(8)).encode(), "a.npz": npz()}


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_damaged_file_is_a_data_error_or_still_a_data_set(name, data):
    content = bytearray(GOOD[name])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
    with suppress(DataError):
        found = read_upload(name, bytes(content[:end]), LIMITS)
        made = arrays(found, (9, 9), colour=True, test_share=0.3)
        assert len(made["x_train"]) == len(made["y_train"]) > 0
        assert set(made["y_train"]) == set(range(len(found.class_names)))


@given(st.binary(max_size=300), st.sampled_from(sorted(GOOD)))
def test_any_bytes(content, name):
    with suppress(DataError):
        read_upload(name, content, LIMITS)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6))
def test_any_names_in_a_zip(names):
    files = {f"{folder}/{file}.png".replace("\0", ""): picture(n) for n, (folder, file) in enumerate(names)}
    with suppress(DataError):
        found = read_zip(pets() | files)
        assert all(name.isprintable() and 0 < len(name) <= 80 for name in found.class_names)
