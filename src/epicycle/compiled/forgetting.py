"""A phasor that forgets, carried from one block of samples to the next: the filter, compiled.

The twin of the loop in :meth:`epicycle.evidence.forgetting.Series.log_likelihood`.
"""

from __future__ import annotations

import math

from epicycle.compiled.numba import Loop


@Loop
def carried(moves, rows, determinants, variance):
    """Return the quadratic that all blocks say together, and the logarithms of determinants.

    Parameters
    ----------
    moves : ndarray, shape (B, 4)
        How the phasor goes on to each block: cosine and sine of the turn times what is kept, the
        square of what is kept, and the variance that comes new.
    rows : ndarray, shape (B, 5)
        Information of each block about the phasor, and what it says of it.
    determinants : ndarray, shape (B,)
        Of that information.
    variance : float
        Of the phasor beforehand.
    """
    m1 = m2 = p12 = quadratic = logarithms = 0.0
    p11 = p22 = variance
    det_p = variance * variance
    for k in range(moves.shape[0]):
        c, s, kept, fresh = moves[k, 0], moves[k, 1], moves[k, 2], moves[k, 3]
        a, b, d, v1, v2 = rows[k, 0], rows[k, 1], rows[k, 2], rows[k, 3], rows[k, 4]
        m1, m2 = c * m1 + s * m2, c * m2 - s * m1
        # determinants are carried along: as differences, they would be lost in rounding
        det_p = kept * kept * det_p + fresh * (kept * (p11 + p22) + fresh)
        cc, ss, cs = c * c, s * s, c * s
        crossed = 2.0 * cs * p12
        p11, p12, p22 = (
            cc * p11 + crossed + ss * p22 + fresh,
            cs * (p22 - p11) + (cc - ss) * p12,
            ss * p11 - crossed + cc * p22 + fresh,
        )
        det_p = max(det_p, 0.0)
        det = 1.0 + max(p11 * a + 2.0 * p12 * b + p22 * d, 0.0) + det_p * determinants[k]
        u1, u2 = a * m1 + b * m2, b * m1 + d * m2
        g1, g2 = v1 - u1, v2 - u2
        p11, p12, p22 = (p11 + det_p * d) / det, (p12 - det_p * b) / det, (p22 + det_p * a) / det
        h1, h2 = p11 * g1 + p12 * g2, p12 * g1 + p22 * g2
        quadratic += m1 * (v1 + g1) + m2 * (v2 + g2) + g1 * h1 + g2 * h2
        m1, m2, det_p = m1 + h1, m2 + h2, det_p / det
        logarithms += math.log(det)
    return quadratic, logarithms
