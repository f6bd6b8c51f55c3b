"""Questions on the built pages, in a browser: each answer has its reply and stays."""

from types import SimpleNamespace

import pytest
from reader import (
    answers,
    check,
    choose,
    plain,
    ready,
    verdicts,
    write,
)


def test_every_answer_has_its_reply_and_disturbs_no_other_question(place, show):
    page = show(place.address)
    expected = {one.id: (None, "") for one in place.questions}
    empty = "Choose one answer first: a guess counts."
    for question in place.questions:
        if hasattr(question, "options"):
            check(page, question)
            expected[question.id] = ("open", empty)
            assert {i: (s, w) for i, s, w in verdicts(page)} == expected
        for answer, state, reply in answers(question):
            answer(page, question)
            check(page, question, "Space" if state == "wrong" else "Enter")
            expected[question.id] = (state, plain(reply))
            assert {i: (s, w) for i, s, w in verdicts(page)} == expected
    page.reload()
    ready(page)
    assert {i: (s, w) for i, s, w in verdicts(page)} == expected
    for question in place.questions:
        if hasattr(question, "options"):
            radios = page.locator(f"#question-{question.id} input[type=radio]")
            at = radios.evaluate_all("all => all.findIndex(one => one.checked)")
            assert at == question.answer


def test_enter_answers_and_the_reply_is_announced(place, show):
    page = show(place.address)
    for question in place.questions:
        verdict = page.locator(f"#question-{question.id} .nn-verdict")
        assert verdict.get_attribute("role") == "status"
        if not hasattr(question, "options"):
            write(page, question, f"{question.answer:.{question.digits}f}")
            page.keyboard.press("Enter")
            assert verdict.text_content() == plain(question.praise)


@pytest.mark.parametrize("text", ["3/4", "0,75", "75%", ".75", "+0.750", "7.5e-1"])
def test_a_number_may_be_written_in_many_ways(gallery_address, show, text):
    page = show(gallery_address)
    page.locator("#question-three-quarters input").fill(text)
    page.keyboard.press("Enter")
    assert page.text_content("#question-three-quarters .nn-verdict") == "Three of four."


def test_code_in_a_question_is_code_and_html_is_text(gallery_address, show):
    page = show(gallery_address)
    assert page.text_content("#question-line-moves legend code") == "b"
    question = SimpleNamespace(id="line-moves", options=[0, 1, 2])
    choose(page, question, 1)
    check(page, question)
    told = page.text_content("#question-line-moves .nn-verdict")
    assert told == "Yes: b alone < shifts > it."


def test_questions_work_where_nothing_may_be_stored(gallery_address, show):
    page = show(gallery_address)
    page.add_init_script(
        """for (const name of ['getItem', 'setItem']) {
            const works = Storage.prototype[name];
            Storage.prototype[name] = function (key, ...rest) {
                if (key.startsWith('nnlib:')) throw new DOMException('refused');
                return works.call(this, key, ...rest);
            };
        }"""
    )
    page.reload()
    ready(page)
    write(page, SimpleNamespace(id="neuron-z"), "0.37")
    page.keyboard.press("Enter")
    assert (
        page.text_content("#question-neuron-z .nn-verdict")
        == "That is the sum without b."
    )
