"""Another language writes its own sentences, and they are used wherever the English ones are."""

import inspect

import pytest

from cnn_core import language
from cnn_core.compare import charts, sentences, words
from cnn_core.compare.html_report import to_html
from cnn_core.compare.sentences import Sentences, en

from .example import plan, report
from .made_up import CODE, NAMES, SENTENCES


@pytest.fixture(autouse=True)
def _made_up(monkeypatch):
    monkeypatch.setitem(sentences.BY_LANGUAGE, CODE, SENTENCES)


def _untested():
    made = report()
    return made.model_copy(update={"sides": tuple(side.model_copy(update={"runs": ()}) for side in made.sides)})


def test_every_language_has_every_sentence_with_the_same_facts():
    for module in (en, *(module for code, module in sentences.BY_LANGUAGE.items() if code != CODE)):
        for name in NAMES:
            asked = list(inspect.signature(getattr(Sentences, name)).parameters)[1:]
            assert list(inspect.signature(getattr(module, name)).parameters) == asked, (module, name)


def test_a_language_without_sentences_of_its_own_gets_english():
    assert sentences.of("xx") is en
    assert sentences.of(CODE) is not en


def test_the_second_language_is_used_for_everything_that_a_duel_says():
    made, places = report(), (-1, 0, 1)
    uneven = plan().model_copy(
        update={"recipes": (made.plan.recipes[0], made.plan.recipes[0].model_copy(update={"epochs": 3}))}
    )
    with language.speaking(CODE):
        assert words.verdict(made) == ("⟦outcome Outcome⟧", "⟦disagreement Disagreement⟧")
        assert words.verdict(_untested()) == ("⟦no_result⟧",)
        assert words.fair_words(made.plan) == "⟦fairness Fairness⟧"
        assert words.unfair(uneven) == ["⟦difference Difference⟧"]
        assert words.drag_words(("a", "b"), places, ((1,) * 3, (1,) * 3)) == "⟦dragged Dragged⟧"
        told = [chart.words for chart in charts.experiments(made)]
    assert told == ["⟦fewer Fewer⟧", *["⟦losses Losses⟧"] * 5]
    assert "⟦" not in " ".join([*words.verdict(made), words.fair_words(made.plan)])


def test_the_report_to_hand_out_speaks_it_too():
    with language.speaking(CODE):
        html = to_html(report())
    assert f'<html lang="{CODE}">' in html
    for sentence in ("⟦outcome Outcome⟧", "⟦fairness Fairness⟧", "⟦fewer Fewer⟧", "⟦losses Losses⟧"):
        assert sentence in html
    assert "leads on the" not in html


def test_nothing_is_said_of_what_was_not_measured():
    bare = report(sweeps=(), less=None, shuffled=None)
    with language.speaking(CODE):
        assert words.less_words(bare) == words.shuffled_words(bare) == ""
        assert charts.experiments(bare) == []
