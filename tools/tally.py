# SPDX-License-Identifier: MIT
"""tally.py BROKEN WORK: sum up the logs that meson test left below WORK.

A test that speaks TAP counts with each of its points, any other as one.  The
last line is "N passed, N failed" (", N skipped"); BROKEN, the number of builds
that failed, counts as failed.  Fails when anything did, or nothing ran.
"""
import glob
import json
import re
import sys

POINT = re.compile(r"^(not )?ok\b[^#\n]*(?:# *(skip)\b)?", re.I | re.M)


def count(test):
    """(passed, failed, skipped) of one line of the log."""
    passed = failed = skipped = 0
    for m in POINT.finditer(test.get("stdout") or ""):
        if m.group(1):
            failed += 1
        elif m.group(2):
            skipped += 1
        else:
            passed += 1
    result = test["result"]
    if result == "SKIP":
        return passed, failed, skipped + 1
    if result not in ("OK", "EXPECTEDFAIL") and not failed:
        failed = 1
    if not passed and not failed and not skipped:
        passed = 1
    return passed, failed, skipped


def faults(test):
    """The failed points, each with the comments behind it."""
    lines, wanted = (test.get("stdout") or "").splitlines(), False
    for line in lines:
        if not line.startswith("#"):
            wanted = line.startswith("not ok")
        if wanted:
            yield line


def main():
    total = [0, int(sys.argv[1]), 0]
    for path in sorted(glob.glob(sys.argv[2] + "/*/meson-logs/testlog.json")):
        stage = path.split("/")[-3]
        with open(path, encoding="utf-8") as f:
            for line in f:
                test = json.loads(line)
                some = count(test)
                total = [a + b for a, b in zip(total, some)]
                if some[1]:
                    print("failed: %s, %s (%s)" % (stage, test["name"],
                                                   test["result"]))
                    print("\n".join("  " + f for f in faults(test)))
    passed, failed, skipped = total
    if not passed and not failed:
        failed = 1
    print("%d passed, %d failed%s" % (
        passed, failed, ", %d skipped" % skipped if skipped else ""))
    return 1 if failed else 0


sys.exit(main())
