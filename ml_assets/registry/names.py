"""Names under which the registry keeps what promotion and roll-back go by.

Belongs here: aliases and tags. Does not belong here: anything that sets or reads them.
"""

from __future__ import annotations

from typing import Final

# Aliases of a registered model.
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"

# Tags of a version.
# Data, features, code and settings that made it: the same ones make no second version.
FINGERPRINT: Final = "fingerprint"
# Last period of the newest test window on which it was compared, as an ISO date.
JUDGED_UNTIL: Final = "judged_until"
# Numbers of the versions that served before it, newest first, with commas between them.
REPLACED: Final = "replaced"
# Last period of the test window by which it came to serve, as an ISO date; "" where there was none.
PROMOTED_ON: Final = "promoted_on"
# Last period of the test window on which it had won when it was taken back, as an ISO date.
ROLLED_BACK: Final = "rolled_back"

# Name of the candidate that it is: a learned one, or the rule.
CANDIDATE: Final = "candidate"
# Moment by which the newest answer was known that it learned from, in ISO format.
LEARNED_UNTIL: Final = "learned_until"

# Hashes of some of those from whom it learned, with commas between them; "" where there were none.
LEARNED_FROM: Final = "learned_from"

# Run of Dagster, and commit of the code, that made it.
DAGSTER_RUN_ID: Final = "dagster_run_id"
GIT_COMMIT: Final = "git_commit"

# Tag of a run: which registered model it makes a version of.
MODEL_NAME: Final = "model_name"
