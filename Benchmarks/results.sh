#!/bin/sh
# Renders docs/RESULTS.md and docs/results.json from a pool filled by recipes/results.yaml:
# sh Benchmarks/results.sh PSRDB POOL. Rows whose students are not trained yet are left out.
set -eu
psrdb=$1
pool=$2
out=docs/RESULTS.md

# ipc, row, n, mean and sd in percent; a selection is named ROW-IPC.
rows="
  SELECT s.ipc AS ipc, substr(e.selection, 1, length(e.selection) - length('-' || s.ipc)) AS row,
    e.protocol AS protocol, e.student AS student, e.epochs AS epochs, count(*) AS n,
    100 * avg(e.accuracy) AS mean,
    CASE WHEN count(*) > 1 THEN 100 * sqrt(max(0, (avg(e.accuracy * e.accuracy)
      - avg(e.accuracy) * avg(e.accuracy)) * count(*) / (count(*) - 1))) END AS sd,
    e.test AS test
  FROM evaluations AS e JOIN selections AS s USING (selection)
  GROUP BY s.ipc, e.selection, e.protocol, e.student, e.epochs"

"$psrdb" --pool "$pool" --json query "$rows ORDER BY ipc, mean" >docs/results.json

{
  echo '# Results'
  echo
  echo 'Made by `make results` from the pool, by query; `docs/results.json` has the same rows.'
  echo 'Accuracy on the test split after the final epoch, in percent, mean ± sd over training seeds'
  echo 'of one set each: the spread of sets drawn anew is not in it.'
  echo
  "$psrdb" --pool "$pool" query --csv "
    WITH r AS ($rows)
    SELECT ipc, row, protocol, student, epochs, n, printf('%.1f', mean),
      coalesce(printf('%.1f', sd), '—') FROM r ORDER BY ipc, mean" |
    awk -F, 'BEGIN { print "| IPC | row | protocol | student | epochs | students | accuracy |"
                     print "|---|---|---|---|---|---|---|" }
      NR > 1 { printf "| %s | %s | %s | %s | %s | %s | %s ± %s |\n", $1, $2, $3, $4, $5, $6, $7, $8 }'
  echo
  echo '## Refinement'
  echo
  "$psrdb" --pool "$pool" query --csv "
    SELECT refinement, count(*), sum(accepted), printf('%.3f', avg(set_loss_before)),
      printf('%.3f', avg(set_loss_after)), printf('%.3f', avg(judge_loss_before)),
      printf('%.3f', avg(judge_loss_after)), printf('%.3f', avg(residual_before)),
      printf('%.3f', avg(residual_after)), printf('%.2f', avg(distance)),
      printf('%.3f', avg(high_frequency_before)), printf('%.3f', avg(high_frequency_after))
    FROM refinements GROUP BY 1 ORDER BY min(entry)" |
    awk -F, 'BEGIN {
        print "| refinement | refined | accepted | set loss | judge loss | residual | distance | high frequencies |"
        print "|---|---|---|---|---|---|---|---|" }
      NR > 1 { printf "| %s | %s | %s | %s → %s | %s → %s | %s → %s | %s | %s → %s |\n",
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 }'
} >$out
echo "$out"
