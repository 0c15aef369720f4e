"""Pictures, drawn by psrdb, and the Markdown that shows them."""
import tempfile

from ablation import MAIN
from pool import Pool

# More rows than these nobody could tell apart.
ROWS = ["real-random", "generate-and-use", "pool-random", "top-confidence", "select-only",
        "refine-only", "psr", "psr-2x2"]

SCORES = """
    WITH asked AS (
      SELECT 'pool' AS images, confidence FROM version_scores WHERE version = 0 AND scoring = 'base'
      UNION ALL SELECT 'real', confidence FROM image_scores WHERE split = 'train'
        AND scoring = 'base'
      UNION ALL SELECT m.selection, s.confidence FROM members AS m
        JOIN scores AS s ON s.item = m.item AND s.scoring = 'base'
      WHERE m.selection IN ('select-only-{ipc}', 'psr-{ipc}'))
    SELECT images, value / 20.0 AS "teacher's confidence at most",
      100.0 * sum(confidence <= value / 20.0) / count(confidence) AS "share in percent"
    FROM asked, (SELECT DISTINCT cast(20 * confidence AS INTEGER) AS value FROM asked
      WHERE confidence IS NOT NULL UNION SELECT 20)
    GROUP BY images, value ORDER BY images, value"""


def accuracy(ablation, psrdb, docs):
    """Draws accuracy against the budget; returns the section."""
    points = [
        f"('{p['row']}', {p['ipc']}, {p['mean']}, {p['sd'] or 0})" for p in ablation.document()
        if (p["protocol"], p["augment"], p["student"], p["epochs"]) == MAIN and p["row"] in ROWS]
    if not points:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        empty = Pool.new(f"{folder}/empty.psr", psrdb)  # psrdb draws answers; any pool can give these
        empty.ask("query", "--log-x", "--plot", f"{docs}/results-accuracy.svg", f"""
            SELECT column1 AS row, column2 AS "images per class",
              column3 AS "accuracy in percent", column4 AS sd
            FROM (VALUES {', '.join(points)}) ORDER BY 1, 2""")
    return """
## Accuracy against the budget

ConvNet-3, hard protocol with DSA, pools 0 and 1; bars are the sd of students.

![accuracy against images per class](results-accuracy.svg)
"""


def draw(pool, docs):
    """Draws what the pool has; returns the section."""
    ipcs = [row["ipc"] for row in pool.query(
        "SELECT ipc FROM selections WHERE selection = 'psr-' || ipc ORDER BY abs(ipc - 10)")]
    if not ipcs:
        return ""
    pool.ask("query", "--plot", f"{docs}/results-scores.svg", SCORES.format(ipc=ipcs[0]))
    return """
## Pictures

Of the first pool.

The teacher's confidence in the class.

![distribution of the teacher's confidence](results-scores.svg)
""" + "".join(_sheet(pool, docs, ipc) for ipc in sorted(ipcs) if ipc <= 10)


def _sheet(pool, docs, ipc):
    """Sets of one budget side by side; of larger ones a sheet has no room."""
    sets = [row["selection"] for row in pool.query(f"""
        SELECT selection FROM selections WHERE selection IN ('generate-and-use-{ipc}',
          'select-only-{ipc}', 'psr-{ipc}', 'psr-2x2-{ipc}') ORDER BY entry""")]
    pool.ask("sheet", *sets, "--output", f"{docs}/results-{ipc}.png")
    names = ", ".join(sets)
    return f"\n{names}:\n\n![{names}](results-{ipc}.png)\n"
