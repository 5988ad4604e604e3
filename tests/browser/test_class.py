"""A class in real browsers: two people on one server, each with what is theirs."""

import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from cnn_core.design.recipe import Recipe
from tests.browser.conftest import new_context
from tests.browser.pages import settled
from tests.browser.server import Server, free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def class_server(tmp_path_factory) -> Iterator[Server]:
    """The first test clears its class at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNN_STUDIO_TEACHER_PASSWORD", "owl")
        server = Server(tmp_path_factory.mktemp("home"), free_port()).start()
    yield server
    server.kill()


def joined(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_label("What shall the class call you?").fill(name)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text(f"You are {name}.")).to_be_visible()
    settled(page)


def signed_in(page: Page) -> None:
    page.get_by_role("button", name="Teacher").click()
    page.get_by_label("The teacher's password").fill("owl")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Set the task")).to_be_visible()


def test_a_lesson_from_the_task_to_the_end(class_server, browser: Browser, tmp_path):
    with new_context(browser) as annas, new_context(browser) as teachers:
        anna, teacher = annas.new_page(), teachers.new_page()
        joined(anna, f"{class_server.url}/live?recipe={Recipe(epochs=1, train_images=500).to_token()}", "Anna")
        teacher.goto(f"{class_server.url}/board")
        signed_in(teacher)

        # The task, in the dialog.
        teacher.get_by_role("button", name="Set the task").click()
        dialog = teacher.get_by_role("dialog")
        dialog.get_by_role("button", name="Add a goal").click()
        percent = dialog.get_by_label("Test accuracy, %")
        percent.fill("1")
        percent.press("Enter")
        dialog.get_by_role("button", name="Add a step").click()
        page_box = dialog.get_by_role("combobox", name="Page")
        page_box.fill("Training")
        page_box.press("Enter")
        words = dialog.get_by_label("What to do there")
        words.fill("Train it")
        words.press("Enter")
        settled(teacher)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        expect(teacher.get_by_text("Nobody has it yet")).to_be_visible()
        expect(anna.get_by_text("Your goal: Reach 1 %")).to_be_visible()

        # The lesson reaches a page that is open.
        teacher.get_by_role("button", name="Next").click()
        expect(anna.get_by_text("Step 1 of 1")).to_be_visible()
        expect(anna.get_by_text("Train it")).to_be_visible()

        # What is trained comes on the board by itself, and opens.
        anna.get_by_role("button", name="Train", exact=True).click()
        row = teacher.locator(".best button")
        expect(row).to_contain_text("Anna")
        expect(teacher.get_by_text("1 has it")).to_be_visible()
        row.press("Enter")
        expect(teacher.get_by_text("by Anna").or_(teacher.get_by_role("button", name="Train again"))).to_be_visible()

        # The end: everything is downloaded first.
        teacher.goto(f"{class_server.url}/board")
        expect(teacher.get_by_role("button", name="Teacher: sign out")).to_be_visible()
        settled(teacher)  # what the browser remembers has come: a dialog that is open before would close
        teacher.get_by_role("button", name="Clear the class").click()
        with teacher.expect_download() as download:
            teacher.get_by_role("button", name="Download everything first").click()
        download.value.save_as(tmp_path / "class.zip")
        with zipfile.ZipFile(tmp_path / "class.zip") as file:
            assert b"Anna" in file.read("results.csv")
            assert any(name.endswith("model.keras") for name in file.namelist())
        teacher.get_by_role("button", name="Clear it now").click()
        expect(teacher.get_by_text("Nobody has a trained network yet")).to_be_visible()
        expect(anna.get_by_label("What shall the class call you?")).to_be_visible()


def test_two_people_of_a_class(class_server, browser: Browser):
    with new_context(browser) as annas, new_context(browser) as berts:
        anna, bert = annas.new_page(), berts.new_page()
        joined(anna, f"{class_server.url}/live?recipe={Recipe(epochs=300).to_token()}", "Anna")
        anna.get_by_role("button", name="Train", exact=True).click()
        stop = anna.get_by_role("button", name="Stop", exact=True)
        expect(stop).to_be_visible()
        address = anna.url

        joined(bert, address, "Bert")
        expect(bert.get_by_text("by Anna")).to_be_visible()
        expect(bert.get_by_role("button", name="Stop", exact=True)).to_have_count(0)

        anna.reload()
        expect(anna.get_by_text("You are Anna.")).to_be_visible()
        expect(anna.get_by_label("What shall the class call you?")).to_have_count(0)

        bert.get_by_role("button", name="Teacher").click()
        bert.get_by_label("The teacher's password").fill("owl")
        bert.get_by_role("button", name="Sign in").click()
        expect(bert.get_by_role("button", name="Teacher: sign out")).to_be_visible()
        bert.get_by_role("button", name="Stop", exact=True).click()
        expect(anna.get_by_role("button", name="Your run: Stopped")).to_be_visible()
