"""Numbers with their spread, and tables of them in Markdown."""
import math
import statistics

# Quantiles of Student's t for two-sided 95 %, by degrees of freedom.
T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def mean_sd(values):
    """Mean ± sd with n − 1."""
    values = list(values)
    text = f"{statistics.fmean(values):.1f}"
    return text + (f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else "")


def mean_interval(values):
    """Mean, with its sign, ± half of its 95 % confidence interval."""
    text, n = f"{statistics.fmean(values):+.1f}", len(values)
    if n < 2:
        return text
    return text + f" ± {T[n - 1] * statistics.stdev(values) / math.sqrt(n):.1f}"


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
                     + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"
