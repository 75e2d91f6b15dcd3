"""The numbers that decide, each with its origin and what measured it."""

from __future__ import annotations

#: Fewer cycles than this over the baseline are slow variation, unless the user names a longest
#: period; and fewer samples than this, besides one for each column of the background, cannot show
#: a period at all.
MINIMUM_CYCLES = 5.0

MINIMUM_SAMPLES = 10
