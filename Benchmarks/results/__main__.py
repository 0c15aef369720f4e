"""Renders docs/RESULTS.md, docs/results.json and their pictures: numbers from the students in
docs/evaluations, which `make results` writes of its pools by query, the rest from one of the pools,
likewise. Called by `make results`; by itself:

    python3 Benchmarks/results --psrdb PSRDB [POOL]

Students that are not trained yet are left out, so that it can be called at any time. Without a pool,
what is of one stays as the page has it: how refinement went, and pictures.
"""
import argparse
import json
import pathlib
import re

import classes
import pictures
import yardstick
from ablation import Ablation
from pool import Pool
from tables import table

REFINEMENT = """
    SELECT refinement, count(*) AS n, sum(accepted) AS accepted,
      printf('%.3f → %.3f', avg(set_loss_before), avg(set_loss_after)) AS set_loss,
      printf('%.3f → %.3f', avg(judge_loss_before), avg(judge_loss_after)) AS judge_loss,
      printf('%.3f → %.3f', avg(residual_before), avg(residual_after)) AS residual,
      printf('%.2f', avg(distance)) AS distance,
      printf('%.3f → %.3f', avg(high_frequency_before), avg(high_frequency_after))
        AS high_frequency
    FROM refinements GROUP BY 1 ORDER BY min(entry)"""


def introduction(ablation):
    return f"""# Results

Made by `make results` from {len(ablation.pools)} pools, by query; `docs/results.json` has the same
rows. A pool is one draw of candidates and of random picks. Accuracy on the test split after the
final epoch, in percent: mean ± sd over students, in brackets how many. Students of one pool and
row differ by their training seed alone.

Differences are between students of the same pool and training seed: mean ± half of the 95 %
confidence interval by Student's t. Pairs of one pool share its draw, so where there are three pools
or more it is over the pools' means; where there are one or two it is over the pairs, in brackets how
many, and says little of other draws.

ConvNet-3 is the student that the field compares by, and its kind of network is what refinement looks
through; the teacher is a small ResNet-10; an MLP had no part in making the sets. The ResNet-10
students are of width 32 (`resnet10-32`): at the full width of 64 they alone would take an estimated 60
hours on two cores.

select-by-budget is select-only with weights of the budget (`select --budget-aware`), chosen on training
images that students were not shown (docs/EXPERIMENTS.md), and psr-by-budget its refinement; the other
rows of psr have the same weights at every budget.

psr-4-networks is refined through the features of four networks a step in place of one's
(`networks: 4`), in twice the time (docs/EXPERIMENTS.md).

Soft students learn the teacher's labels of fixed views of each image: with `views` of 8, mirrored and
moved, with `cutmix` of 256, in which a box of each image is another's besides.

Rows ending in -2x2 hold four members in each image, at half the size each (`select --factor 2`), as
IDC does (Kim et al., 2022); the bytes of a set are the same. Compare them with IDC's accuracies (81.0
and 86.0 at IPC 1 and 10), the others with those of DC (70.5, 82.3) and DSA (70.6, 84.6).

How many students there are so far, and which BLAS kernels, that is which type of CPU, made their
pool and trained them. Where there are several, the rows of those with fewer students are named: the
generated and refined images of the one differ in their last bits from those of the other.

{ablation.extent()}"""


def checking(ablation):
    return f"""
## How to check a number

`docs/evaluations` has a row for every student: its setting and seed, its accuracy on each class, the
SHA-256 of its training images and of the test split, and what it was trained with. `make results`
makes the pools and their sets again, takes the students of exactly these images from there (`psrdb
import evaluations`; the journal of the pool says so), and trains those that are missing.

- All of it anew: `make results EVALUATIONS=` in a clone without pools takes none of them and writes
  the files again. On the same type of CPU `git diff docs/evaluations` then shows other `seconds` and
  nothing else. On another type, generated and refined images differ in their last bits, so their
  students are trained anew in any case; means should agree within the spreads above.
- One budget: `make results IPC=1 EVALUATIONS= DOCS=check`, which leaves `docs` as it is.
- One number: leave a single line under `evaluate` in a copy of `recipes/results-10.yaml` beside it,
  and `psrdb run recipes/COPY.yaml --pool check.psr --seed 0`; the next pools have seeds 1, 2 …

How long a student takes, by the clock on the machine that trained it, with whatever else that
machine did at the time (in brackets how many students of all pools there are), and all of them in
turn; generating, scoring, selecting and refining come on top:

{ablation.time()}"""


def refinement(pool):
    rows = [[str(value) for value in row.values()] for row in pool.query(REFINEMENT)]
    return "\n## Refinement\n\nOf the first pool.\n\n" + table(
        ["refinement", "refined", "accepted", "set loss", "judge loss", "residual", "distance",
         "high frequencies"], rows)


def known(page):
    """What `refinement` and `pictures.draw` have written before."""
    found = re.search(r"\n## Refinement\n.*(?=\n## How to check)", page, re.DOTALL)
    return found.group() if found else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pool", nargs="?", metavar="POOL")
    parser.add_argument("--psrdb", default="psrdb")
    parser.add_argument("--docs", type=pathlib.Path, default=pathlib.Path("docs"))
    parser.add_argument("--yardstick", type=pathlib.Path,
                        default=pathlib.Path("docs/evaluations/yardstick.json"))
    options = parser.parse_args()
    ablation = Ablation(options.docs / "evaluations")
    page = options.docs / "RESULTS.md"
    text = introduction(ablation) + yardstick.text(options.yardstick) + ablation.text()
    text += classes.text(ablation) + pictures.accuracy(ablation, options.psrdb, options.docs)
    if options.pool:
        pool = Pool(options.pool, options.psrdb)
        text += refinement(pool) + pictures.draw(pool, options.docs)
    elif page.exists():
        text += known(page.read_text())
    page.write_text(text + checking(ablation))
    (options.docs / "results.json").write_text(
        json.dumps(list(ablation.document()), indent=1, ensure_ascii=False) + "\n")
    print(page)


main()
