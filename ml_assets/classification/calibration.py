"""Whether a model's margin is calibrated, and whether the line that does it serves another fit of the model.

Belongs here: both decisions, on the margins of a window. Does not belong here: the line itself (``lines``), which fits
there are (``train``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ml_assets.classification.lines import Line
from ml_assets.classification.margins import log_losses

FloatArray = npt.NDArray[np.float64]

# Standard errors by which a calibration has to lower the log-loss.
_PROOF = 2.0


def calibration_of(margin: FloatArray, label: FloatArray) -> Line:
    """Return the line that calibrates margins, or the identity if no line is proven to help.

    The base rate drifts from month to month; a line that follows the latest months often leads away from the next. So
    one is fitted to the earlier half of the rows and tried on the later half. Only if it lowers the log-loss there by
    more than two standard errors a line is taken, fitted to all rows.

    Parameters
    ----------
    margin, label
        Of the validation window in the order of time, shape (n,).
    """
    half = len(label) // 2
    if half < 2:
        return Line()
    earlier, later = Line.fit(margin[:half], label[:half]), label[half:]
    saved = log_losses(later, margin[half:]) - log_losses(later, earlier.margin(margin[half:]))
    is_proven = saved.mean() > _PROOF * saved.std(ddof=1) / np.sqrt(len(saved))
    return Line.fit(margin, label) if is_proven else Line()


def carried_over(line: Line, label: FloatArray, before: FloatArray, after: FloatArray) -> Line:
    """Return the line that calibrates the last fit of a model: the one that was found for an earlier fit, or none.

    What serves is fitted to more rows than the fit whose margins the line was found on, the rows of the window among
    them. Mostly the two are alike. But a fit to a handful of rows may hardly tell them apart; then the line is as steep
    as it takes to make answers of its margins, and on those of a fit that knows more it would answer with certainty.
    Likewise, a shift of the base rate that the line made up for may be known to the last fit. A model that has seen the
    window, and by the line does worse there than without, and worse than the earlier fit that had not seen it, is not
    the model that the line was found for.

    Parameters
    ----------
    line
        Found on the margins of the earlier fit.
    label
        Of the window, shape (n,).
    before, after
        Margins of the earlier and of the last fit on the window, shape (n,).
    """
    if not len(label):
        return line
    bare, carried = log_losses(label, after).mean(), log_losses(label, line.margin(after)).mean()
    found = log_losses(label, line.margin(before)).mean()
    return Line() if carried > max(bare, found) else line
