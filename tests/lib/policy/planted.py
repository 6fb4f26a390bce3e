#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plant single-line faults in policy.c and lockout.c; their tests must see
each.  A fault whose line is no longer there fails too: then this table is
out of date, and nothing is shown.

usage: planted.py SOURCE-ROOT CC..."""
import os
import re
import subprocess
import sys
import tempfile

POLICY = [
    ("an alternative overlaps instead of being contained",
     "if ((f->require[i] & ~have) == 0)",
     "if ((f->require[i] & have) != 0)"),
    ("only an alternative equal to all that is there counts",
     "if ((f->require[i] & ~have) == 0)", "if (f->require[i] == have)"),
    ("one alternative too many is looked at",
     "for (unsigned i = 0; i < f->alternatives; i++)\n"
     "\t\tif ((f->require[i] & ~have)",
     "for (unsigned i = 0; i <= f->alternatives; i++)\n"
     "\t\tif ((f->require[i] & ~have)"),
    ("only the first alternative is looked at",
     "for (unsigned i = 0; i < f->alternatives; i++)\n"
     "\t\tif ((f->require[i] & ~have)",
     "for (unsigned i = 0; i < 1; i++)\n\t\tif ((f->require[i] & ~have)"),
    ("an empty alternative is a rule",
     "if (f->require[i] == 0)", "if (f->alternatives == 0)"),
    ("a rule without alternatives is one",
     "if (f->alternatives == 0 ||", "if ("),
    ("any right answer will do",
     "if ((chosen & ~policy_proved(f)) != 0)",
     "if ((chosen & policy_proved(f)) == 0)"),
    ("the last answer is not looked at",
     "if ((chosen & ~policy_proved(f)) != 0)",
     "if ((chosen & (chosen - 1) & ~policy_proved(f)) != 0)"),
    ("the account is not looked at",
     "policy_judge(const struct policy_facts *f, uint32_t chosen)\n{\n"
     "\tenum policy_reason why = policy_account_reason(f->account);",
     "policy_judge(const struct policy_facts *f, uint32_t chosen)\n{\n"
     "\tenum policy_reason why = POLICY_REASON_NONE;"),
    ("an expired account is fine",
     "return POLICY_EXPIRED;", "return POLICY_REASON_NONE;"),
    ("locks are not looked at",
     "\tif (f->locked != 0)\n\t\treturn policy_deny(POLICY_LOCKED);\n"
     "\tif ((chosen & ~f->enrolled) != 0)",
     "\tif ((chosen & ~f->enrolled) != 0)"),
    ("a session takes a locked factor",
     "\tif (f->locked != 0)\n\t\treturn policy_deny(POLICY_LOCKED);\n"
     "\twhole =", "\twhole ="),
    ("what was answered counts, whether right or not",
     "return f->asked & f->passed &", "return f->asked &"),
    ("what has no shape counts",
     "& ~f->malformed & ~f->locked;", "& ~f->locked;"),
    ("an unknown account has its own walk",
     "if (f->account != POLICY_ACCOUNT_UNKNOWN)\n\t\tchosen",
     "\t\tchosen"),
    ("a disabled account has its own walk",
     "if (f->account != POLICY_ACCOUNT_UNKNOWN)\n\t\tchosen",
     "if (f->account == POLICY_ACCOUNT_ACTIVE)\n\t\tchosen"),
    ("who has not enrolled is asked nothing",
     "if (chosen == 0)\n\t\tchosen = policy_first_within(f, f->usable);",
     ""),
    ("what cannot be answered here is asked",
     "policy_first_within(f, f->usable & f->enrolled)",
     "policy_first_within(f, f->enrolled)"),
    ("a factor is asked twice",
     "open = chosen & ~f->asked;", "open = chosen & ~f->passed;"),
    ("a wrong answer ends the questions",
     "\tfor (unsigned i = 0; i < POLICY_FACTOR_BITS; i++)",
     "\tif ((f->asked & ~f->passed) != 0)\n"
     "\t\treturn policy_deny(POLICY_WRONG);\n"
     "\tfor (unsigned i = 0; i < POLICY_FACTOR_BITS; i++)"),
    ("the last factor is never asked",
     "i < POLICY_FACTOR_BITS; i++", "i + 1 < 3; i++"),
    ("a cancel is not heard",
     "if (f->cancelled)", "if (f->cancelled && f->asked == 0)"),
    ("it abstains after a question",
     "if (f->asked != 0)\n", "if (f->passed != 0)\n"),
    ("an old password need not be changed",
     "if (f->must_change)", "if (f->must_change && f->privileged)"),
    ("`admit` needs no factor in auth",
     "policy_auth(const struct policy_facts *f)\n{\n"
     "\tif (f->action != POLICY_ACTION_REQUIRE || !policy_rule_whole(f))",
     "policy_auth(const struct policy_facts *f)\n{\n"
     "\tif (f->action == POLICY_ACTION_ADMIT)\n\t\treturn policy_allow(0);\n"
     "\tif (!policy_rule_whole(f))"),
    ("everybody is root in the password phase",
     "if (!f->privileged)", "if (!f->privileged && !f->must_change)"),
    ("root may give a nobody a password",
     "if (f->account == POLICY_ACCOUNT_ACTIVE ||\n",
     "if (f->account == POLICY_ACCOUNT_ACTIVE ||\n"
     "\t    f->account == POLICY_ACCOUNT_UNKNOWN ||\n"),
    ("a session needs no proof",
     "policy_first_within(f, policy_proved(f))",
     "policy_first_within(f, f->enrolled)"),
    ("no rule is as good as one",
     "\tcase POLICY_ACTION_NONE:\n\t\tbreak;",
     "\tcase POLICY_ACTION_NONE:\n\t\treturn policy_phase(f);"),
]

LOCKOUT = [
    ("one guess too many", "if (failed >= tries)", "if (failed > tries)"),
    ("one pending guess too many",
     "if (pending >= tries - failed)", "if (pending > tries - failed)"),
    ("pending guesses do not count",
     "if (pending >= tries - failed)", "if (pending >= tries)"),
    ("a pending guess refuses others",
     "return lockout_until(LOCKOUT_WAIT, deadline, now);",
     "return lockout_until(LOCKOUT_LOCKED, deadline, now);"),
    ("the wait ends a second early",
     "|| now < end)", "|| now < end - 1)"),
    ("the wait ends a second late",
     "|| now < end)", "|| now <= end)"),
    ("the wait never ends",
     "if (c->pair_failed < l->pair_tries || now < end)", "if (true)"),
    ("after the wait there is no limit",
     "if (c->pair_pending > 0)", "if (c->pair_pending > l->pair_tries)"),
    ("no source is known good",
     "if (c->console || c->source_known)", "if (c->console)"),
    ("the console is like any place",
     "if (c->console || c->source_known)", "if (c->source_known)"),
    ("own failures do not count where the source is known",
     "if (c->source_known && c->pair_failed == 0)", "if (c->source_known)"),
    ("whoever has not failed has no limit",
     "if (c->source_known && c->pair_failed == 0)",
     "if (c->pair_failed == 0)"),
    ("a known source has no limit of its own",
     "if (!lockout_sound(c, l))",
     "if (c->source_known)\n"
     "\t\treturn (struct lockout_decision){ LOCKOUT_ADMIT, 0 };\n"
     "\tif (!lockout_sound(c, l))"),
    ("the user's limit is not looked at",
     "d, lockout_window(c->user_failed, c->user_pending,",
     "d, lockout_window(0, 0,"),
    ("the source's limit is not looked at",
     "lockout_window(c->source_failed, c->source_pending,",
     "lockout_window(0, 0,"),
    ("the milder of two decisions counts",
     "return a.verdict == LOCKOUT_WAIT ? a : b;",
     "return a.verdict == LOCKOUT_WAIT ? b : a;"),
    ("a lock yields to a wait",
     "return a.verdict == LOCKOUT_LOCKED ? a : b;",
     "return a.verdict == LOCKOUT_LOCKED ? b : a;"),
    ("the earlier end counts",
     "return a.until >= b.until ? a : b;",
     "return a.until <= b.until ? a : b;"),
    ("an end may lie in the past",
     ".until = until > now ? until : lockout_later(now, 1),",
     ".until = until,"),
    ("times run over",
     "return __builtin_add_overflow(at, seconds, &sum) ? INT64_MAX : sum;",
     "(void)__builtin_add_overflow(at, seconds, &sum);\n\treturn sum;"),
    ("a limit of nothing is no limit",
     "l->pair_tries > 0 &&", "true &&"),
]

# room file, its test, what else the test is made of, faults
SUBJECTS = [
    ("policy.c", ["policy-t.c", "laws.c"], POLICY),
    ("lockout.c", ["lockout-t.c"], LOCKOUT),
]

root, cc = sys.argv[1], sys.argv[2:]
here = os.path.join(root, "tests", "lib", "policy")
number = 0
failed = 0


def point(good, what, why=""):
    global number, failed
    number += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {number} - {what}", flush=True)
    if not good and why:
        print("# " + why)


def compile_to(directory, out, *args):
    run = subprocess.run(
        cc + ["-std=c17", "-O2", "-D_GNU_SOURCE", "-I" + root,
              "-I" + os.path.join(root, "lib"),
              "-I" + os.path.join(root, "tests"), "-o",
              os.path.join(directory, out), *args],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.returncode == 0, run.stdout.strip().replace("\n", "\n# ")


def caught(directory, objects, name, text):
    """Does the test of the room's file NAME fail when it reads TEXT?"""
    source = os.path.join(directory, name)
    with open(source, "w", encoding="ascii") as f:
        f.write(text)
    built, why = compile_to(directory, "t", source, *objects)
    if not built:
        return None, why
    run = subprocess.run([os.path.join(directory, "t"), "--first"],
                         stdout=subprocess.DEVNULL, timeout=60)
    return run.returncode == 1, f"exit code {run.returncode}"


def subject(directory, name, parts, faults):
    objects = []
    for part in parts + ["../../test.c"]:
        out = os.path.basename(part)[:-2] + ".o"
        built, why = compile_to(directory, out, "-c",
                                os.path.join(here, part))
        if not built:
            point(False, f"{part} compiles", why)
            return
        objects.append(os.path.join(directory, out))
    with open(os.path.join(root, "lib", "policy", name),
              encoding="ascii") as f:
        text = f.read()
    seen, why = caught(directory, objects, name, text)
    point(seen is False, f"{name} as it stands passes", why)
    for what, old, new in faults:
        # However the lines are broken.
        spots = list(re.finditer(r"\s+".join(map(re.escape, old.split())),
                                 text))
        if len(spots) != 1:
            point(False, f"{name}: {what}",
                  f"found {len(spots)} times, not once: {old!r}")
            continue
        faulty = text[:spots[0].start()] + new + text[spots[0].end():]
        seen, why = caught(directory, objects, name, faulty)
        point(seen is True, f"{name}: {what}", why)


with tempfile.TemporaryDirectory() as scratch:
    for entry in SUBJECTS:
        subject(scratch, *entry)
print(f"1..{number}")
sys.exit(failed != 0)
