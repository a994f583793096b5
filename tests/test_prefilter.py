"""What the prefilter leaves out cannot match: one pass over a text gives what trying every pattern everywhere gives."""

import random
import re
from collections.abc import Iterator

import pytest

from policymine.cleaning import truncation
from policymine.cleaning.sieve import MARKS, SHORT, in_clean, matches
from policymine.rules import MARKED, RuleSet, load
from policymine.text.pattern_needs import begins, guided, needed
from policymine.text.prefilter import Prefilter, Scanner

STEMS = ("noise", "gate", "splitting", "unknowns", "truncation", "introductions", "oddities", "repairs")
RULES = {stem: load("policymine.cleaning", stem) for stem in STEMS}
EXAMPLES = [MARKED.sub(lambda m: m[1], text) for listed in RULES.values() for rule in listed for text in (*rule.yes, *rule.no)]


def texts(stem: str) -> Iterator[str]:
    """Examples of the rules glued, cut and mixed with those of others and with characters beyond the first plane."""
    source = random.Random(stem)
    own = [MARKED.sub(lambda m: m[1], text) for rule in RULES[stem] for text in (*rule.yes, *rule.no)]
    for _ in range(60):
        glue = source.choice(("", "\n", "。", " "))
        text = glue.join([*source.sample(EXAMPLES, source.randrange(1, 8)), *source.sample(own, min(len(own), 4))])
        at = source.randrange(len(text))
        yield text[at:] + source.choice(("", "\U0001f43b", "\ud800", "\x00")) + text[:at]


def every_match(rules: RuleSet, text: str) -> dict[int, list[tuple[int, int]]]:
    found = {number: [match.span() for match in rule.find.finditer(text)] for number, rule in enumerate(rules)}
    return {number: spans for number, spans in found.items() if spans}


@pytest.mark.parametrize("stem", STEMS)
def test_one_pass_finds_what_every_pattern_finds(stem: str) -> None:
    patterns = [rule.find for rule in RULES[stem]]
    scanner, prefilter = Scanner(patterns), Prefilter(patterns)
    matched = 0
    for text in texts(stem):
        wanted = every_match(RULES[stem], text)
        matched += len(wanted)
        assert {number: [m.span() for m in found] for number, found in scanner.matches(text).items()} == wanted
        assert wanted.keys() <= set(prefilter.possible(text))
        lines = [line for line in text.split("\n") if line]
        for line, bits in zip(lines, prefilter.by_line(lines), strict=True):
            assert all(bits >> number & 1 for number in every_match(RULES[stem], line))
        cuts = sorted(random.Random(len(text)).sample(range(len(text) + 1), min(len(text), 12)))
        starts, ends = cuts[:-1], cuts[1:]
        for start, end, bits in zip(starts, ends, prefilter.by_span(text, starts, ends), strict=True):
            assert all(bits >> number & 1 for number, one in enumerate(patterns) if one.search(text, start, end) is not None)
    assert matched >= 5


@pytest.mark.parametrize("stem", STEMS)
def test_a_guided_pattern_finds_what_it_found(stem: str) -> None:
    pairs = [(guided(rule.find), rule.find) for rule in RULES[stem]]
    assert stem in ("introductions", "oddities") or any(one.pattern != other.pattern for one, other in pairs)
    for text in texts(stem):
        for one, other in pairs:
            assert [match.regs for match in one.finditer(text)] == [match.regs for match in other.finditer(text)]


@pytest.mark.parametrize("more", ["", "各镇要排查。" * 500])
def test_a_clean_text_is_looked_through_once_for_oddities_marks_and_its_genre(more: str) -> None:
    marks = re.compile(RULES["unknowns"].lexicons["marks"]["find"])
    for text in [one + more for stem in ("oddities", "unknowns", "gate") for one in texts(stem)]:
        listed = [*RULES["oddities"], *(RULES["gate"] if len(text) <= SHORT else ())]
        wanted = {rule.id: [m.span() for m in rule.spans(text)] for rule in listed}
        wanted[MARKS] = [m.span() for m in marks.finditer(text)]
        assert {name: [m.span() for m in found] for name, found in in_clean(text).items()} == {
            k: v for k, v in wanted.items() if v
        }


def test_announcements_are_found_at_their_counts_alone() -> None:
    announcing = [rule for rule in RULES["truncation"] if rule.gives.get("announces")]
    for text in texts("truncation"):
        wanted = sorted(m.span() for rule in announcing for m in rule.spans(text) if m["count"] not in "1一")
        assert sorted(span for span, *_ in truncation._promises(text)) == wanted


def test_a_long_text_is_read_block_by_block() -> None:
    scanner = Scanner([re.compile("厂家直销|包邮"), re.compile("排{3}")])
    text = "各" * (1 << 18)
    assert [m.start() for m in scanner.matches(text[:-1] + "包邮" + text + "厂家直销")[0]] == [(1 << 18) - 1, (1 << 19) + 1]


def test_what_cannot_be_told_is_not_claimed() -> None:
    assert needed(re.compile("(?:包邮)?[^。]+")) == frozenset()
    assert needed(re.compile("abc", re.IGNORECASE)) == frozenset()
    assert begins(re.compile("[^。]包邮")) == frozenset()
    assert begins(re.compile("(?:全场)?包邮")) == {"全场", "包邮"}
    assert needed(re.compile("(?!包邮)厂家")) == {"厂家"}


def test_a_pattern_of_too_many_ways_still_tells_its_rarest_words() -> None:
    brands = "|".join(chr(0x4E00 + number) * 2 for number in range(300))
    pattern = re.compile(f"^[^。]?(?:(?:{brands})[甲乙]?(?:丙|丁|戊|己|庚|辛|壬)?(?:官网|下载)|百家乐)[^。]?$")
    words = needed(pattern)
    assert words, "nothing is said of a pattern that needs one of 301 words"
    for text in ("一一甲官网", "丁丁下载", "百家乐"):
        assert pattern.search(text)
        assert any(word in text for word in words)
    assert not any(word in "各镇要排查隐患" for word in words)


@pytest.mark.parametrize("glue", ["。", " 3 月(an) - 3 -\n "])
def test_repairs_are_the_same_on_spaced_pages_and_on_others(glue: str) -> None:
    listed, source = RULES["repairs"], random.Random(glue)
    alone = {"repairs.question", "repairs.kept-space", "repairs.hard-wrap", "repairs.pinyin-desync", "repairs.lone-byte"}
    for _ in range(40):
        text = glue.join(source.sample(EXAMPLES, 12))
        wanted = {r.id: [m.span() for m in r.spans(text)] for r in listed if r.id not in alone}
        found = {name: [m.span() for m in of] for name, of in matches(text).items() if name in wanted}
        assert found == {name: spans for name, spans in wanted.items() if spans}
