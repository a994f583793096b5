"""Templates of sites: what stands at the edges of many papers goes, what papers repeat by right stays."""

import json
import random
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from policymine.cleaning.clean import clean_page
from policymine.cleaning.templates import RULE, edges_of, held, key_of
from policymine.errors import StorageError
from policymine.model import Page
from policymine.operations.night import Chunk, Night, mine_chunk, open_table, sources_of, visit
from policymine.operations.order import Steps, run_night
from policymine.operations.report import Report
from policymine.operations.templates import FILE, known_templates
from policymine.settings import Settings, load_settings
from policymine.table.schema import edits, visible
from policymine.text import Span

FIELDS = ["防汛备汛", "秸秆禁烧", "校园食堂", "道路交通", "燃气管道", "地质灾害"]
TOWNS = ["青石", "柳湾", "石桥", "北岗", "白塔", "双泉", "沙河", "南坪", "古渡", "龙潭", "新店", "高坪"]
HEAD = "云河融媒矩阵"
FOOT = ("云河融媒矩阵·掌上云河频道", "第 {} 位来宾到访", "内容如有出入,以纸质原件为准。")
ORDER = "各单位必须把本件送到每一名职工手中"


def paper(number: int, *, foot: bool = True) -> str:
    field, town = FIELDS[number % 6], TOWNS[number % 12]
    lines = [
        f"关于{field}情况的通报",
        "各乡镇人民政府:",
        f"近日,县里对{town}镇等地的{field}工作作了抽查,发现台账不全、值守不到位等{number + 3}类情形。现通报如下:",
        f"一、{town}镇没有按时报送{field}进度,要在{number + 1}月底前补齐。",
        f"二、{field}责任单位要逐项整改,每周向县政府办公室报送一次。",
        "特此通报。",
        "云河县人民政府办公室",
        f"2023年{number % 12 + 1}月{number + 2}日",
    ]
    return "\n\n".join(
        [lines[0], *([HEAD] if foot else []), *lines[1:], *([line.format(number * 37) for line in FOOT] if foot else [])]
    )


def settings_of(folder: Path) -> Settings:
    """A world with one source, a folder of papers; chunks of five."""
    (folder / "overlay" / "sites").mkdir(parents=True, exist_ok=True)
    (folder / "papers").mkdir(exist_ok=True)
    source = f'id = "papers"\ntitle = "来文"\nfolder = "{folder / "papers"}"\nenabled = true\n'
    (folder / "overlay" / "sites" / "papers.toml").write_text(source, encoding="utf-8")
    lines = [f'database_url = "sqlite:///{folder}/table.db"', "chunk = 5", "min_free = 0"]
    lines += [f'{name} = "{folder / name}"' for name in ("archive", "reports", "work", "overlay", "backups")]
    (folder / "policymine.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_settings(folder / "policymine.toml")


def night(settings: Settings, *, day: int = 1, mine: Callable[..., Path] = mine_chunk) -> Report:
    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(days=day)

    def steps(run: Night) -> Steps:
        return Steps(
            lambda sources: [visit(run, source, clock=clock) for source in sources],
            lambda source, chunk: mine(run, Chunk(*chunk), source=source, clock=clock, timer=time.perf_counter),
        )

    return run_night(settings, sources_of(settings, ["papers"]), steps=steps, clock=clock)


def put(settings: Settings, numbers: Collection[int], *, foot: bool = True) -> None:
    for number in numbers:
        (settings.work.parent / "papers" / f"{number:03}.txt").write_text(paper(number, foot=foot), encoding="utf-8")


def cut_places(settings: Settings) -> list[str]:
    """What was cut, by which rule: all that the table says of cuts but the runs and the pages' addresses."""
    with open_table(settings) as table, table.reading() as now:
        query = sa.select(edits.c.raw_start, edits.c.raw_end, edits.c.kind, edits.c.rule).where(visible(edits, now.run_id))
        return sorted(map(str, now.connection.execute(query)))


def texts(settings: Settings) -> list[str]:
    with open_table(settings) as table:
        return [document.text for document in table.document_texts()]


def test_what_no_rule_knows_goes_in_the_night_that_learns_it(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    put(settings, range(12))
    clean = clean_page(Page("p", "papers", "a.txt", None, "0", paper(3)))
    assert all(line.format(111) in clean.documents[0].text for line in (HEAD, *FOOT)), "a rule knows it: the test shows nothing"
    report = night(settings)
    assert report.status == "published"
    assert report.pages == 12, "a page that was cleaned twice counts once"
    found = texts(settings)
    assert len(found) == 12
    for text in found:
        assert "融媒" not in text
        assert "来宾" not in text
        assert "纸质原件" not in text
        assert text.startswith("各乡镇人民政府:")
        assert "特此通报。" in text
        assert text.rstrip().endswith("日")
    again = night(settings, day=2)
    assert again.status == "nothing_new"


def test_rule_and_evidence_stand_at_the_cut(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    put(settings, range(12))
    night(settings)
    with open_table(settings) as table, known_templates(table, settings.work, run_id=1, made_by="x") as templates:
        clean = clean_page(Page("p", "papers", "a.txt", None, "0", paper(3)), template=templates.of("papers"))
    cuts = [(cut.kind, cut.raw_span.of(clean.page.text), cut.confidence) for cut in clean.cuts if cut.rule == RULE]
    assert cuts == [("page_meta", HEAD, 0.92), *(("site_footer", line.format(111), 0.92) for line in FOOT)]
    assert clean.issues[0].message == "'云河融媒矩阵' stands at the head of 12 pages of this site"


def test_neither_order_nor_nights_nor_a_lost_file_change_a_row(tmp_path: Path) -> None:
    """All at once; a few a night in any order; with the file deleted in between; with a night killed in every step."""
    whole = settings_of(tmp_path / "whole")
    put(whole, range(12))
    night(whole)
    parts = settings_of(tmp_path / "parts")
    numbers = list(range(12))
    random.Random(5).shuffle(numbers)
    for day, at in enumerate(range(0, 12, 4), 1):
        put(parts, numbers[at : at + 4])
        night(parts, day=day)
        if day == 2:
            (parts.work / FILE).unlink()
    assert cut_places(whole) == cut_places(parts)
    assert sorted(texts(whole)) == sorted(texts(parts))


class Killed(BaseException):
    pass


def test_a_night_killed_anywhere_gives_the_same_table(tmp_path: Path) -> None:
    whole = settings_of(tmp_path / "whole")
    put(whole, range(12))
    steps: list[str] = []

    def counted(run: Night, chunk: Chunk, **given: object) -> Path:
        steps.append(Path(chunk.work).name)
        return mine_chunk(run, chunk, **given)  # type: ignore[arg-type]

    night(whole, mine=counted)
    assert any("again" in name for name in steps)
    want = sorted(texts(whole))
    for dead_at in range(len(steps)):
        settings = settings_of(tmp_path / f"killed{dead_at}")
        put(settings, range(12))
        done = iter(range(len(steps) + 1))

        def dying(run: Night, chunk: Chunk, *, at: int = dead_at, done=done, **given: object) -> Path:  # type: ignore[no-untyped-def]
            if next(done) == at:
                raise Killed
            return mine_chunk(run, chunk, **given)  # type: ignore[arg-type]

        with pytest.raises(Killed):
            night(settings, mine=dying)
        night(settings)
        assert sorted(texts(settings)) == want, f"step {dead_at}"


def test_earlier_nights_are_cleaned_again_when_the_site_is_known(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    put(settings, range(3))
    night(settings)
    assert all("融媒" in text for text in texts(settings)), "three pages are no proof"
    put(settings, range(3, 12))
    night(settings, day=2)
    assert len(texts(settings)) == 12
    assert not any("融媒" in text for text in texts(settings))


def test_copies_prove_nothing(tmp_path: Path) -> None:
    """One paper at twelve addresses: nothing of it is a template."""
    settings = settings_of(tmp_path)
    for number in range(12):
        (tmp_path / "papers" / f"{number:03}.txt").write_text(paper(1), encoding="utf-8")
    night(settings)
    assert len(texts(settings)) == 12
    assert all("融媒" in text for text in texts(settings))


def test_an_order_goes_to_a_person_and_not_away(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    for number in range(12):
        text = f"{paper(number, foot=False)}\n\n{ORDER}\n\n云河融媒矩阵"
        (tmp_path / "papers" / f"{number:03}.txt").write_text(text, encoding="utf-8")
    night(settings)
    assert len(texts(settings)) == 12
    for text in texts(settings):
        assert text.endswith(ORDER)
    with open_table(settings) as table:
        issues = [json.loads(line) for line in table.dump_canonical() if '"repeated_order"' in line]
    assert len(issues) == 12


def test_what_a_failed_night_taught_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(tmp_path)
    put(settings, range(4))
    night(settings)
    put(settings, range(4, 12))
    from policymine.operations import ending

    judge = ending.judge
    monkeypatch.setattr(ending, "judge", lambda *a, **k: tuple(replace(gate, passed=False) for gate in judge(*a, **k)))
    assert night(settings, day=2).status == "gate_failed"
    assert len(texts(settings)) == 4
    monkeypatch.undo()
    put(settings, [12])
    night(settings, day=3)
    assert not any("融媒" in text for text in texts(settings))


def test_storage_that_fails_says_so(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    put(settings, range(2))
    night(settings)
    (settings.work / FILE).unlink()
    (settings.work / FILE).mkdir()
    put(settings, range(2, 4))
    with pytest.raises(StorageError) as told:
        night(settings, day=2)
    assert told.value.exit_code == 8
    assert FILE in str(told.value)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("同志们:", "content"),
        ("云政发〔2023〕8号", "content"),
        ("云河县应急管理局 云河县水务局", "content"),
        ("二〇二三年五月六日", "content"),
        ("特此通知。", "content"),
        ("请认真贯彻执行。", "order"),
        ("二、工作要求", "content"),
        ("附件:任务分解表", "content"),
        ("(此件公开发布)", "content"),
        ("全县农村工作要点", "content"),
        ("未经授权不得转载", ""),
        ("云河在线 与您同行", ""),
    ],
)
def test_what_papers_repeat_by_right(line: str, why: str) -> None:
    assert held(line) == why


@pytest.mark.parametrize("line", ["局" * 239 + "x", "云、" * 110, "( " * 119, "一、" * 100 + "(", "附" * 230])
def test_no_line_takes_long(line: str) -> None:
    began = time.process_time()
    held(line)
    assert time.process_time() - began < 0.2


def test_a_page_that_is_all_template_keeps_its_lines() -> None:
    text = "云河融媒矩阵\n掌上云河频道"
    edges = edges_of(text, [Span(0, len(text))])
    known = {key_of(line, zone): 12 for line in text.split("\n") for zone in ("head", "tail")}
    clean = clean_page(Page("p", "papers", "a.txt", None, "0", text), template=known)
    assert edges.size == 2
    assert not [cut for cut in clean.cuts if cut.rule == RULE]
