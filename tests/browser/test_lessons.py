"""Lessons as a class has them: a teacher's link with a goal, made in the dialog; what is done is ticked off."""

import pytest
from playwright.sync_api import expect

from tests.browser.pages import settled

pytestmark = pytest.mark.browser
DIALOG = "[role=dialog]"
GOAL = "A map of a digit with 28×28 cells"


def test_a_teacher_makes_a_link_and_a_student_meets_its_goal(server, page, browser):
    page.goto(f"{server.url}/convolution")
    page.locator(".window .boards").wait_for()
    page.get_by_role("button", name="Share").click()
    page.get_by_text("For a class").click()
    settled(page, DIALOG)  # a list that is open closes when its page moves
    page.get_by_label("Goal").first.click()
    page.get_by_role("option", name=GOAL).click()
    settled(page, DIALOG)
    page.get_by_label("Hide these controls").first.click()
    page.get_by_role("option", name="ReLU").click()
    page.keyboard.press("Escape")
    link = page.get_by_label("The link")
    page.wait_for_function("() => [...document.querySelectorAll('input')].some(one => one.value.includes('hide=relu'))")
    address = link.input_value()
    assert "goal=same-size" in address

    student = browser.new_page()
    student.goto(address)
    student.locator(".window .boards").wait_for()
    expect(student.get_by_text(f"Your goal: {GOAL}")).to_be_visible()
    expect(student.get_by_text("ReLU", exact=True)).to_have_count(0)
    settled(student)
    student.get_by_label("Zeros around the image (padding)").first.scroll_into_view_if_needed()
    settled(student)
    student.get_by_label("Zeros around the image (padding)").first.click()
    student.get_by_role("option", name="as many as keep the size (same)").click()
    expect(student.get_by_text(f"Done: {GOAL}")).to_be_visible()
    student.get_by_role("button", name="What is going on here?").click()
    expect(student.get_by_text("1 of 3 done.")).to_be_visible()

    settled(student)
    student.goto(f"{server.url}/designer")  # the link is gone, and the browser has kept it
    expect(student.get_by_text(f"Your goal: {GOAL}")).to_be_visible()
    student.get_by_role("button", name="Leave the lesson").click()
    expect(student.get_by_text(f"Your goal: {GOAL}")).to_have_count(0)
    student.close()
