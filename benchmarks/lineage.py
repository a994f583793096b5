"""How long 100,000 directives take to cluster on one core, and 1,000 more; made-up directives from a seed.

python benchmarks/lineage.py [--directives N] [--more N] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from policymine.table import minhash, schema
from policymine.table.derived import lineage_bands, lineage_links, lineage_rows, lineage_texts
from policymine.table.dialect import engine_of, writing

WHO = ["水务局", "应急局", "公安局", "教育局", "各乡镇", "各县区", "财政局", "商务局", "民政局", "卫健委", "住建局", "交通局"]
HOW = ["要", "必须", "应当", "负责", "切实", "严格", "及时", "全面", "定期", "逐级", "主动", "依法"]
SIGNS = [chr(sign) for sign in range(0x4E00, 0x4E00 + 3000)]


def directives(count: int, *, seed: int) -> Iterator[str]:
    """Directives of 20–60 characters, three in ten of them a changed copy of an earlier one."""
    draw = random.Random(seed)
    made: list[str] = []
    for _ in range(count):
        if made and draw.random() < 0.3:
            old = draw.choice(made)
            at = draw.randrange(len(old))
            text = old[:at] + draw.choice(HOW) + old[at + 1 :]
        else:
            text = draw.choice(WHO) + draw.choice(HOW) + "".join(draw.choices(SIGNS, k=draw.randint(15, 50)))
        made.append(text)
        yield text


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--directives", type=int, default=100_000)
    parser.add_argument("--more", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=20261122)
    asked = parser.parse_args()
    texts = list(directives(asked.directives + asked.more, seed=asked.seed))
    portions = texts[: asked.directives], texts[asked.directives :]
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_of(f"sqlite:///{Path(folder) / 'lineage.db'}")
        tables = [lineage_texts, lineage_bands, lineage_links, lineage_rows]
        with writing(engine) as connection:
            schema.metadata.create_all(connection, tables=tables)
        seconds = []
        for portion in portions:
            start = time.process_time()
            with writing(engine) as connection:
                wordings = {minhash.text_id(text): text for text in portion}
                minhash.add(connection, wordings)
            seconds.append(time.process_time() - start)
            engine.dispose()
        with writing(engine) as connection:
            found = connection.scalar(sa.select(sa.func.count(lineage_texts.c.cluster.distinct())))
    print(f"{asked.directives} directives: {seconds[0]:.1f} s; {asked.more} more: {seconds[1]:.2f} s ", end="")
    print(f"({100 * seconds[1] / seconds[0]:.1f} %); {found} clusters")


if __name__ == "__main__":
    main()
