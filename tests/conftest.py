"""Settings for every test: reproducible where it matters, and never about speed."""

import os

from hypothesis import HealthCheck, settings

# One profile for a desk, where new examples are welcome, and one for CI, where a failure must
# come back on the next run.  Machines differ too much in speed for a deadline.
settings.register_profile(
    "desk", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
