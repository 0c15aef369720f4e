"""Writes peers.json: 50 random instances and what the peers pick on them.

pip install submodlib-py apricot-select numpy
"""
import json
import pathlib

import numpy as np
from apricot import FacilityLocationSelection, SaturatedCoverageSelection
from submodlib.functions.facilityLocation import FacilityLocationFunction
from submodlib.functions.graphCut import GraphCutFunction

COUNT, PICKS, DIMENSIONS = 24, 8, 6


def submodlib(function):
    result = function.maximize(
        budget=PICKS, optimizer="NaiveGreedy", stopIfZeroGain=False, stopIfNegativeGain=False,
        verbose=False, show_progress=False)
    return {"picks": [int(i) for i, _ in result], "gains": [round(float(g), 6) for _, g in result]}


def apricot(model, similarities):
    model.fit(similarities)
    return {"picks": [int(i) for i in model.ranking], "gains": [round(float(g), 6) for g in model.gains]}


def dpp(kernel):
    """Algorithm 1 of Chen, Zhang, Zhou 2018, in double precision."""
    n = len(kernel)
    factor = np.zeros((PICKS, n))
    squares = np.diag(kernel).copy()
    picks, gains = [], []
    for t in range(PICKS):
        allowed = squares.copy()
        allowed[picks] = -np.inf
        j = int(np.argmax(allowed))
        picks.append(j)
        gains.append(round(float(np.log(squares[j])), 6))
        e = (kernel[j] - factor[:t, j] @ factor[:t]) / np.sqrt(squares[j])
        factor[t] = e
        squares = squares - e**2
    chosen = np.linalg.slogdet(kernel[np.ix_(picks, picks)])[1]
    assert abs(chosen - sum(gains)) < 1e-4
    return {"picks": picks, "gains": gains}


random = np.random.default_rng(5)
instances = []
for _ in range(50):
    features = np.round(random.normal(size=(COUNT, DIMENSIONS)) + 0.5, 3)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    s = (1 + unit @ unit.T) / 2
    dense = dict(n=COUNT, mode="dense", sijs=s, separate_rep=False)
    naive = dict(metric="precomputed", optimizer="naive")
    instances.append({
        "features": [float(x) for x in features.ravel()],
        "facilityLocation": submodlib(FacilityLocationFunction(**dense)),
        "facilityLocationApricot": apricot(FacilityLocationSelection(PICKS, **naive), s),
        "graphCut": submodlib(GraphCutFunction(n=COUNT, mode="dense", ggsijs=s, lambdaVal=0.4)),
        "saturatedCoverage": apricot(
            SaturatedCoverageSelection(PICKS, alpha=0.2, **naive), s),
        "dpp": dpp(s + np.eye(COUNT)),
    })
out = {"count": COUNT, "dimensions": DIMENSIONS, "instances": instances}
pathlib.Path(__file__).with_name("peers.json").write_text(json.dumps(out) + "\n")
