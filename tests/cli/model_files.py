"""What several tests of this wing share."""

import pandas as pd

from tests.commands import run

# ---- predict -------------------------------------------------------------------------------


def predicted(*args) -> pd.DataFrame:
    import io

    result = run(*args)
    assert result.exit_code == 0, result.stderr
    return pd.read_csv(io.StringIO(result.stdout))
