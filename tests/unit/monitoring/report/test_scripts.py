"""The shared script: Evidently's bundle with its licences, under a name that its content decides."""

from __future__ import annotations

import hashlib
import subprocess
import sys

from ml_assets.monitoring.report.scripts import shared_script


def test_the_script_holds_the_bundle_its_licences_and_what_draws_a_page() -> None:
    script = shared_script()
    for words in ("@license", "window.drawDashboard=", "evidently-data"):
        assert words in script.content
    assert script.content.index("var global = globalThis;") < script.content.index("window.drawDashboard=")


def test_its_name_is_decided_by_its_content() -> None:
    script = shared_script()
    assert script.name == f"evidently-{hashlib.sha256(script.content.encode()).hexdigest()[:16]}.js"
    assert script.link == f"../assets/{script.name}"


def test_evidently_is_not_imported_before_a_page_is_drawn() -> None:
    code = (
        "import sys, ml_assets.monitoring.report.quality_page as page, ml_assets.monitoring.report.drift_page\n"
        "page.shared_script()\n"
        "sys.exit('evidently' in sys.modules or 'plotly' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
