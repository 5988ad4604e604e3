"""Own pictures as a person brings them: a zip is uploaded, a network trained on it, a photo shown to it."""

import os
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.pages import settled, upload
from tests.browser.server import Server, free_port

pytestmark = pytest.mark.browser

PHOTOS = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "/nowhere")) / "photos"


def pictures(folder: Path) -> dict[str, Path]:
    """Photos of cats and dogs by their path in the zip; generated ones where there are none."""
    if PHOTOS.exists():
        chosen = [path for kind in ("cats", "dogs") for path in sorted((PHOTOS / kind).glob("*.jpg"))[:60]]
        return {f"pets/{path.parent.name}/{path.name}": path for path in chosen}
    made = {}
    for number in range(60):
        for kind, tone in (("cats", 60), ("dogs", 180)):
            path = folder / f"{kind}{number}.jpg"
            noise = np.random.default_rng(number).integers(0, 60, (90 + number, 120, 3), np.uint8)
            Image.fromarray(noise + np.uint8(tone)).save(path)
            made[f"pets/{kind}/{number}.jpg"] = path
    return made


@pytest.fixture
def pets(tmp_path):
    """The zip, with a text that claims to be a photo and a path that leads out of it."""
    files = pictures(tmp_path)
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
        for name, path in files.items():
            archive.write(path, name)
        archive.writestr("pets/cats/fake.jpg", "hello")
        archive.writestr("../../cats/evil.jpg", "hello")
    return tmp_path / "pets.zip", next(iter(files.values()))


def test_upload_train_and_show_it_a_picture(own_server, page, pets):
    archive, photo = pets
    page.goto(f"{own_server.url}/browse")
    page.get_by_role("radio", name="Bring your own").click()
    upload(page, archive)
    expect(page.get_by_text("cats 60, dogs 60")).to_be_visible()
    expect(page.get_by_text("2 left out, and why")).to_be_visible()
    page.get_by_role("button", name="Make the data set").click()
    expect(page.get_by_text("is ready: 96 training and 24 test images")).to_be_visible()

    page.get_by_role("radio", name="Browse").click()
    expect(page.get_by_role("img", name="8 images of dogs")).to_be_visible()

    page.get_by_role("link", name="Training", exact=True).click()
    expect(page.get_by_text("96 training and 24 test images of 64×64×3, 2 classes")).to_be_visible()
    page.get_by_role("button", name="Use an input of 64×64×3").click()
    settled(page)
    page.get_by_role("button", name=re.compile("2 units|2 softmax units")).first.click()
    expect(page.get_by_text("Trains on").first).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    box = page.get_by_role("spinbutton", name="epochs")
    box.fill("1")
    box.press("Enter")
    expect(page.get_by_text(re.compile(r"\d steps per epoch, 2 in all"))).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Finished").first).to_be_visible()
    expect(page.get_by_role("heading", name="On the test set")).to_be_visible()

    page.get_by_role("button", name="Show it an image").click()
    upload(page, photo)
    expect(page.get_by_text(re.compile(r"predicts (cats|dogs) \(\d"))).to_be_visible()
    expect(page.get_by_role("img", name="Scaled: 64×64 px")).to_be_visible()

    own_server.kill()
    own_server.start()
    page.goto(f"{own_server.url}/browse?data=own-pets")
    expect(page.get_by_text("96 training and 24 test images of 64×64×3, 2 classes")).to_be_visible()


def test_the_numbers_of_a_digit_fit_beside_the_sidebar_and_scroll_on_a_phone(server, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server.url}/browse")
    page.get_by_role("radio", name="One image").click()
    numbers = page.get_by_test_id("stHtml").locator("pre")
    expect(numbers).to_have_text(re.compile(r"^(\s*\d{1,3}){784}\s*$"))
    for width, fits in ((1280, True), (390, False)):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        there, shown = numbers.evaluate("pre => [pre.scrollWidth, pre.clientWidth]")
        assert (there <= shown) == fits
        numbers.evaluate("pre => pre.scrollTo(1000, 0)")
        assert numbers.evaluate("pre => pre.scrollLeft + pre.clientWidth + 1 >= pre.scrollWidth"), "the end is reached"
    page.close()


def bring(server, page, file):
    page.goto(f"{server.url}/browse")
    page.get_by_role("radio", name="Bring your own").click()
    upload(page, file)


def test_a_file_of_another_kind_is_refused_in_words(server, page, tmp_path):
    (tmp_path / "pets.rar").write_bytes(b"Rar!")
    bring(server, page, tmp_path / "pets.rar")
    words = "pets.rar: This file is of another kind. Expected a .zip, .csv or .npz file. Received pets.rar. Put your"
    expect(page.get_by_text(words)).to_be_visible()


def test_one_setting_is_the_limit_of_the_page_the_browser_and_the_server(page, tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_STUDIO_MAX_DATASET_BYTES", "23000000")
    server = Server(tmp_path, free_port()).start()
    try:
        for size, words in (
            (22_990_000, "This zip can't be read"),
            (23_010_000, "Error: File must be 23.0MB or smaller"),
        ):
            (tmp_path / "file.zip").write_bytes(bytes(size))
            bring(server, page, tmp_path / "file.zip")
            expect(page.get_by_text("At most 23 MB.")).to_be_visible()
            expect(page.get_by_test_id("stMain")).to_contain_text(words)
    finally:
        server.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of a process from /proc")
def test_a_small_file_that_unpacks_to_much_costs_the_server_little(own_server, page, tmp_path):
    x = np.zeros((30_000, 100, 100), np.uint8)  # 300 MB
    x[:9, 0, 0] = np.arange(9)
    y = np.arange(len(x)) % 3
    np.savez_compressed(tmp_path / "black.npz", x_train=x[3:], y_train=y[3:], x_test=x[:3], y_test=y[:3])
    page.goto(f"{own_server.url}/browse")
    page.get_by_role("radio", name="Bring your own").click()
    expect(page.get_by_text("At most 200 MB.")).to_be_visible()
    settled(page)
    before = peak(own_server.process.pid)
    upload(page, tmp_path / "black.npz")
    expect(page.get_by_text(re.compile("29,99. left out, and why"))).to_be_visible()
    assert peak(own_server.process.pid) - before < 100
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("left out, and why")).not_to_be_visible()
    assert list((own_server.home / "uploads").iterdir()) == []


def peak(pid: int) -> float:
    """The most MiB of memory that a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


SHOWS = {
    "Browse": "How many",
    "One image": "As a one-hot",
    "Larger than memory": "batch by batch",
    "Bring your own": "At most 200 MB",
}
"""By view, words that only it has."""


def test_on_a_phone_nothing_is_wider_than_the_screen(server, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{server.url}/browse")
    for view, words in SHOWS.items():
        page.get_by_role("radio", name=view).click()
        expect(page.get_by_text(words).first).to_be_visible()
        settled(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, view
    page.close()
