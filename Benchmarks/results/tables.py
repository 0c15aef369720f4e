"""Numbers with their spread, and tables of them in Markdown."""
import math
import statistics

# Quantiles of Student's t for two-sided 95 %, of 1 to 30 degrees of freedom; 30 stands for more.
T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
     2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
     2.045, 2.042]


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
    return text + f" ± {T[min(n - 1, len(T)) - 1] * statistics.stdev(values) / math.sqrt(n):.1f}"


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
                     + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"
