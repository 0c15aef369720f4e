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
from ablation import MAIN, Ablation
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

REFINEMENT_TEXT = """
## Refinement

Of the first pool; means over what was refined, before → after. Set loss: half the squared error of the
soft labels, summed over classes, mean over held-out training images, as ridge regression on fresh
networks' features of the set predicts them. Judge loss: cross-entropy of the class, in nats. Residual: the
prior's weighted error on the noised latent, per element. Distance: how far latents went, root mean square,
in their standard deviations. High frequencies: energy of an image's second differences over that of white
noise of the same variance.

"""


def introduction(ablation):
    return f"""# Results

From {len(ablation.pools)} pools, by query; `docs/results.json` has the same rows. A pool is one draw of
candidates and of random picks. `make results` fills pools 0 and 1; of the others (`make results SEEDS=2`
…) there are so far some rows that are not refined. Accuracy on the test
split after the final epoch, in percent: mean ± sd over students of pools 0 and 1, in brackets how many
students of how many pools. Students of one pool and row differ by their training seed alone.

Differences are between students of the same pool and training seed, of all pools that have both: mean
± half of the 95 % confidence interval by Student's t. Pairs of one pool share its draw, so where there are
three pools or more it is over the pools' means; where there are one or two it is over the pairs, and says
little of other draws. Students have the same three training seeds in every pool, and every set was refined once,
with refinement's seed 0: what other seeds of these would change is in no interval. Of the many
comparisons some are above zero by chance.

| row | the set |
|---|---|
| real-random, real-herding, real-k-center | real training images: drawn at random, by herding (Welling, 2009), by k-center (Sener and Savarese, 2018), the two in the teacher's features, of all that the teacher knows; these two are the same images in every pool, so they count once, and at IPC 1 they are the same |
| generate-and-use | the first candidates of each class, as they were generated: what a distillation without a pool would have |
| pool-random | candidates at random |
| top-confidence | the candidates whose class the teacher is surest of |
| cao2-style | as CaO2 selects: candidates that the teacher knows, the surest first at small budgets, which is top-confidence, the least sure first at 50 |
| select-only | psr's selection by its standard weights, the same at every budget; other weights were tried on training images that students were not shown, and that these stay was decided on the test split (docs/EXPERIMENTS.md) |
| select-by-budget | the same by weights that depend on the budget (`select --budget-aware`), chosen on training images that students were not shown, with candidates of pools 1 and 2 (docs/EXPERIMENTS.md) |
| refine-only | generate-and-use, refined as `refine` does it by default |
| psr | select-only, refined likewise |
| …-2x2 | four members in each image, at half the size each (`select --factor 2`), as IDC has them (Kim et al., 2022); a set has as many bytes as the others |

ConvNet-3 is the student that the field compares by, and refinement uses networks of the same kind; the
teacher is a small ResNet-10; an MLP had no part in making the sets. The ResNet-10 students are of width
32 (`resnet10-32`), a quarter of the work of the full 64. Soft students learn the teacher's labels of
fixed views of each image. `views`: 8, mirrored and moved; `cutmix`: 256, mirrored, moved, and with a
box of the image replaced by that of another.

What others publish for ConvNet-3, each as its authors evaluate it, at IPC 1, 10 and 50: DC (arXiv
2006.05929) 70.5, 82.3, 83.6; DSA (arXiv 2102.08259) 70.6, 84.6, 88.7; IDC (arXiv 2205.14959) with one
member to an image 70.7, 85.3, 89.1, with four 81.0, 86.0, 86.2, which the -2x2 rows are to be compared
with. IDC's program mixes images (CutMix) where DSA alone is here, and tells a student's best accuracy on
the test split beside its last; psrdb's are of the final epoch. These are not all: CAFE, KIP, RFAD and FRePo
have results on Fashion-MNIST too, some of them above psr's; they are left out because their tables were not
at hand to be read again.

The label-robust score is DD-Ranking's (arXiv 2505.13300), w = 1/2, with 93.5 % for the whole
training split, which is what DC publishes of ConvNet-3: (e^α − e⁻¹)/(e − e⁻¹), from 0 to 1, with α half of
what a set has over random images by the same training, less half of what its hard-label students lack to the
whole, as fractions; of pools 0 and 1, where all three have the same students.

How many students there are so far, and which BLAS kernels, that is which type of CPU, made their
pool and trained them. Where there are several, the rows of those with fewer students are named: the
generated and refined images of the one differ in their last bits from those of the other.

{ablation.extent()}"""


def checking(ablation):
    return f"""
## How to check a number

`docs/evaluations` has a row for every student: its setting and seed, its accuracy on each class, the
SHA-256 of its training images and of the test split (`schema/index.sql` says over what), and what it was
trained with. `make results`
makes the pools and their sets again, takes the students of exactly these images from there (`psrdb
import evaluations`; the journal of the pool says so), and trains those that are missing.

- All of it anew: `make results EVALUATIONS=` in a clone without pools takes none of them, and writes
  the files of pools 0 and 1 again, with the students that are not there yet (below). Those that are
  keep all but their `seconds` on the type of CPU that the table at the top names; on another,
  generated and refined images differ in their last bits, so means should agree within the spreads.
- One budget: `make results IPC=1 EVALUATIONS= DOCS=check`, which leaves `docs` as it is. With the
  students of `docs/evaluations`, one pool of one image a class (`make results IPC=1 SEEDS=0 DOCS=check`)
  took 8.5 minutes, two of them the build, on two cores of an AMD EPYC (family 26) by the kernels that
  the table at the top names (`OPENBLAS_CORETYPE=Cooperlake`; 2026-11-30), and 27 on two of an Intel Xeon
  while the recipe had two refined sets more: all its sets were made again, and all students were of
  exactly these images.
- One number: leave a single line under `evaluate` in a copy of `recipes/results-10.yaml` beside it,
  the lines under `select` and `refine` that its set needs, and no `sheet`; then
  `psrdb run recipes/COPY.yaml --pool check.psr --seed 0`. The next pools have seeds 1, 2 …

How long a student takes, by the clock on the machine that trained it, with whatever else that
machine did at the time (in brackets how many students of all pools there are), all of them in turn, and
an estimate from these of the students of pools 0 and 1 that are not trained yet; generating, scoring,
selecting and refining come on top:

{ablation.time()}"""


def refinements(pool):
    """The table of what a pool has."""
    rows = [[str(value) for value in row.values()] for row in pool.query(REFINEMENT)]
    return table(
        ["refinement", "refined", "accepted", "set loss", "judge loss", "residual", "distance",
         "high frequencies"], rows)


def refinement(rows, ablation):
    """The section, with what its table lacks that students were trained of."""
    there = set(re.findall(r"^\| (\S+-\d+) \|", rows, re.MULTILINE))
    trained = {f"{row}-{ipc}" for (row, ipc), cell in ablation.accuracies[MAIN].items()
               if row in ("refine-only", "psr", "psr-2x2") and any(pool == 0 for pool, _ in cell)}
    lacking = sorted(trained - there)
    note = f"\nWhen it was made, its pool lacked {', '.join(lacking)}.\n" if lacking else ""
    return REFINEMENT_TEXT + rows + note


def known(page):
    """The table of refinements and the pictures that the page has already."""
    rows = re.search(r"^\| refinement \|.*?\n(?=\n)", page, re.DOTALL | re.MULTILINE)
    drawn = re.search(r"\n## Pictures\n.*(?=\n## How to check)", page, re.DOTALL)
    return rows and rows.group(), drawn.group() if drawn else ""


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
        rows, drawn = refinements(pool), pictures.draw(pool, options.docs)
    else:
        rows, drawn = known(page.read_text()) if page.exists() else (None, "")
    if rows:
        text += refinement(rows, ablation)
    page.write_text(text + drawn + checking(ablation))
    (options.docs / "results.json").write_text(
        json.dumps(list(ablation.document()), indent=1, ensure_ascii=False) + "\n")
    print(page)


main()
