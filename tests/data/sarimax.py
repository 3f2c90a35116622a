"""Golden figures of seasonal ARIMA models: `python tests/data/sarimax.py > tests/data/sarimax.json`.

Needs statsmodels; reads the series that the page shows.
"""

import json
import pathlib
import platform

import numpy
import statsmodels
from statsmodels.tsa.statespace.sarimax import SARIMAX

SERIES = pathlib.Path(__file__).parents[2] / "www" / "samples" / "series.json"
PAIRS = [
    ("airline", True, (0, 1, 1), (0, 1, 1, 12), False),
    ("airline", True, (1, 1, 0), (0, 1, 1, 12), False),
    ("airline", True, (1, 1, 1), (0, 1, 1, 12), False),
    ("co2", False, (1, 1, 1), (0, 1, 1, 12), False),
    ("co2", False, (0, 1, 3), (1, 1, 1, 12), False),
    ("flights", False, (1, 0, 0), (1, 0, 1, 7), True),
    ("flights", False, (0, 1, 1), (0, 1, 1, 7), False),
    ("seattle", False, (1, 0, 0), (0, 0, 0, 0), True),
    ("seattle", False, (1, 1, 1), (0, 0, 0, 0), False),
    ("apple", True, (0, 1, 0), (0, 0, 0, 0), True),
    ("apple", True, (2, 1, 0), (0, 0, 0, 0), True),
    ("apple", True, (0, 2, 1), (0, 0, 0, 0), False),
]
STEPS = 12


def fitted(name, log, order, seasonal, constant):
    y = numpy.array(json.loads(SERIES.read_text())[name]["values"])
    model = SARIMAX(numpy.log(y) if log else y, order=order, seasonal_order=seasonal,
                    trend="c" if constant else "n")
    first = model.fit(method="lbfgs", maxiter=2000, pgtol=1e-10, factr=1.0, disp=False)
    # By gradients it stops early: likelihoods are flat.
    second = model.fit(first.params, method="nm", xtol=1e-8, ftol=1e-10, maxiter=20000, disp=False)
    best = max([first, second], key=lambda result: result.llf)
    result = model.smooth(best.params, cov_type="approx")
    ahead = result.get_forecast(STEPS)
    interval = ahead.conf_int(alpha=0.05)
    return {
        "series": name,
        "log": log,
        "order": order,
        "seasonal": seasonal[:3],
        "season": max(seasonal[3], 1),
        "constant": constant,
        "names": model.param_names,
        "params": result.params.tolist(),
        "errors": result.bse.tolist(),
        "llf": result.llf,
        "aic": result.aic,
        "bic": result.bic,
        "mean": ahead.predicted_mean.tolist(),
        "low": interval[:, 0].tolist(),
        "high": interval[:, 1].tolist(),
    }


print(json.dumps({
    "made by": "python tests/data/sarimax.py > tests/data/sarimax.json",
    "versions": {
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "statsmodels": statsmodels.__version__,
    },
    "fits": [fitted(*pair) for pair in PAIRS],
}, indent=1))
