"""Pictures of a pool, drawn by psrdb, and the Markdown that shows them."""

ACCURACY = """
    SELECT row, ipc, mean AS accuracy, sd FROM (
      SELECT substr(e.selection, 1, length(e.selection) - length('-' || s.ipc)) AS row, s.ipc,
        100 * avg(e.accuracy) AS mean,
        100 * sqrt(max(0, avg(e.accuracy * e.accuracy) - avg(e.accuracy) * avg(e.accuracy))) AS sd
      FROM evaluations AS e JOIN selections AS s USING (selection)
      WHERE e.protocol = 'hard' AND e.student = 'convnet3' AND e.epochs = 1000
        AND json_extract(e.settings, '$.augment') = 'dsa'
      GROUP BY s.ipc, e.selection)
    WHERE row IN ('real-random', 'generate-and-use', 'pool-random', 'top-confidence',
      'select-only', 'refine-only', 'psr', 'psr-2x2')
    ORDER BY row, ipc"""

SCORES = """
    WITH asked AS (
      SELECT 'pool' AS images, confidence FROM version_scores WHERE version = 0
      UNION ALL SELECT 'real', confidence FROM image_scores WHERE split = 'train'
      UNION ALL SELECT m.selection, s.confidence FROM members AS m
        JOIN scores AS s ON s.item = m.item WHERE m.selection IN ('select-only-{ipc}', 'psr-{ipc}'))
    SELECT images, value / 20.0 AS "teacher's confidence at most",
      100.0 * sum(confidence <= value / 20.0) / count(confidence) AS percent
    FROM asked, (SELECT DISTINCT cast(20 * confidence AS INTEGER) AS value FROM asked
      WHERE confidence IS NOT NULL UNION SELECT 20)
    GROUP BY images, value ORDER BY images, value"""


def draw(pool, docs):
    """Draws what the pool has; returns the section."""
    text = "\n## Pictures\n\nOf the first pool.\n"
    if pool.query(ACCURACY):
        pool.ask("query", "--plot", f"{docs}/results-accuracy.svg", ACCURACY)
        text += """
Accuracy against the budget: ConvNet-3, hard protocol with DSA; bars are the sd of training seeds.

![accuracy against images per class](results-accuracy.svg)
"""
    ipcs = [row["ipc"] for row in pool.query(
        "SELECT ipc FROM selections WHERE selection = 'psr-' || ipc ORDER BY abs(ipc - 10)")]
    if not ipcs:
        return text
    pool.ask("query", "--plot", f"{docs}/results-scores.svg", SCORES.format(ipc=ipcs[0]))
    text += """
The teacher's confidence in the class.

![distribution of the teacher's confidence](results-scores.svg)
"""
    return text + "".join(_sheet(pool, docs, ipc) for ipc in sorted(ipcs) if ipc <= 10)


def _sheet(pool, docs, ipc):
    """Sets of one budget side by side; of larger ones a sheet has no room."""
    sets = [row["selection"] for row in pool.query(f"""
        SELECT selection FROM selections WHERE selection IN ('generate-and-use-{ipc}',
          'select-only-{ipc}', 'psr-{ipc}', 'psr-2x2-{ipc}') ORDER BY entry""")]
    pool.ask("sheet", *sets, "--output", f"{docs}/results-{ipc}.png")
    names = ", ".join(sets)
    return f"\n{names}:\n\n![{names}](results-{ipc}.png)\n"
