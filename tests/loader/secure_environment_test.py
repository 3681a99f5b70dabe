#!/usr/bin/env python3
"""A set-user-id program must not let its caller choose plugins.

secure_environment_test.py REPORT_PROGRAM PLUGIN
Exits 77 when not root, who alone can make such a program for another user.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

NOBODY = 65534


def report(program, plugin, home):
    environment = {
        "ONNXIFI_PLUGIN_FILES": plugin,
        "ONNXIFI_ADD_PLUGIN_FILES": plugin,
        "ONNXIFI_PLUGIN_PATH": os.path.dirname(plugin),
        "ONNXIFI_PLUGINS_SELECT": "*",
        "ONNXIFI_PROBE": "0",
        "XDG_CONFIG_HOME": f"{home}/config",
        "HOME": str(home),
    }
    done = subprocess.run([program], env=environment, text=True, check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def main():
    program, plugin = sys.argv[1:]
    if os.geteuid() != 0:
        print("SKIPPED: only root can make a program that runs as another")
        return 77
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        manifests = home / "config/onnxifi/plugins.d"
        manifests.mkdir(parents=True)
        (manifests / "evil.json").write_text(
            json.dumps({"onnxifi_manifest": 1, "library": plugin}))
        home.chmod(0o755)
        normal = report(program, plugin, home)
        assert not normal["privileged"]
        assert any(c["path"] == plugin for c in normal["candidates"]), normal

        raised = home / "report"
        shutil.copy(program, raised)
        os.chown(raised, NOBODY, NOBODY)
        raised.chmod(0o4755)
        secure = report(str(raised), plugin, home)
        assert secure["privileged"], "the kernel did not set AT_SECURE"
        assert secure["environment"] == {}, secure["environment"]
        assert not any("fake" in c["path"] for c in secure["candidates"]), \
            secure["candidates"]
    print("environment ignored in a privileged process")
    return 0


if __name__ == "__main__":
    sys.exit(main())
