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
     "if (unproved != 0 ||", "if (unproved == w->chosen ||"),
    ("the last answer is not looked at",
     "if (unproved != 0 ||", "if ((unproved & (w->chosen - 1)) != 0 ||"),
    ("the account is not looked at",
     "enum policy_reason why = policy_account_reason(f->account);\n"
     "\tuint32_t bad", "enum policy_reason why = POLICY_REASON_NONE;\n"
     "\tuint32_t bad"),
    ("an expired account is fine",
     "return POLICY_EXPIRED;", "return POLICY_REASON_NONE;"),
    ("a service account is a person",
     "return POLICY_NOT_INTERACTIVE;", "return POLICY_REASON_NONE;"),
    ("root may give a service account a password",
     "f->account == POLICY_ACCOUNT_DISABLED ||",
     "f->account == POLICY_ACCOUNT_DISABLED ||\n"
     "\t    f->account == POLICY_ACCOUNT_SERVICE ||"),
    ("locks are not looked at",
     "\tif (f->locked != 0)\n\t\treturn policy_deny(POLICY_LOCKED);\n"
     "\tif ((w->chosen & ~f->enrolled) != 0)",
     "\tif ((w->chosen & ~f->enrolled) != 0)"),
    ("a session takes a locked factor",
     "\tif (f->locked != 0)\n\t\treturn policy_deny(POLICY_LOCKED);\n"
     "\tmet =", "\tmet ="),
    ("what was answered counts, whether right or not",
     "right = f->asked & f->passed &", "right = f->asked &"),
    ("what has no shape counts",
     "~f->malformed & ~f->locked", "~f->locked"),
    ("a spent code counts", "& ~f->spent &", "&"),
    ("a code under a wrong clock counts", "& ~f->untimely;", ";"),
    ("an unknown account has its own walk",
     "if (f->account == POLICY_ACCOUNT_UNKNOWN)\n"
     "\t\treturn 0;\n"
     "\tchosen =",
     "chosen ="),
    ("a disabled account has its own walk",
     "if (f->account == POLICY_ACCOUNT_UNKNOWN)\n"
     "\t\treturn 0;\n"
     "\tchosen =",
     "if (f->account != POLICY_ACCOUNT_ACTIVE)\n"
     "\t\treturn 0;\n"
     "\tchosen ="),
    ("who has not enrolled is asked nothing",
     "w.chosen = policy_choose_any(f);",
     "w.chosen = 0;"),
    ("what cannot be answered here is asked",
     "policy_first_within(f, policy_usable(f) & f->enrolled)",
     "policy_first_within(f, f->enrolled)"),
    ("who is exempt is asked what cannot be answered here",
     "policy_first_bare(f, policy_usable(f) & f->enrolled)",
     "policy_first_bare(f, f->enrolled)"),
    ("an exempt account may be without everything",
     "policy_first_bare(f, policy_usable(f) & f->enrolled)",
     "policy_first_bare(f, policy_usable(f))"),
    ("a factor is asked twice",
     "return chosen & ~f->asked & ~policy_shown(f);",
     "return chosen & ~f->passed & ~policy_shown(f);"),
    ("a factor is asked twice in turn",
     "open = chosen & ~f->asked &", "open = chosen & ~f->passed &"),
    ("a wrong answer ends the questions",
     "return chosen & ~f->asked & ~policy_shown(f);",
     "return (f->asked & ~f->passed) != 0 ? 0 : chosen & "
     "~f->asked & ~policy_shown(f);"),
    ("a wrong answer does not end them where it should",
     "if ((chosen & f->asked & ~policy_proved(f)) != 0)",
     "if ((chosen & f->locked) != 0)"),
    ("a spent code does not end them where it should",
     "if ((chosen & f->asked & ~policy_proved(f)) != 0)",
     "if ((chosen & f->asked & ~f->passed & ~f->spent) != 0)"),
    ("everybody is asked for the same where nobody should",
     "open = policy_in_turn(f, w.chosen) ? policy_open_in_turn(f, w.chosen)"
     " : policy_open_all(f, w.chosen);",
     "open = policy_open_all(f, w.chosen);"),
    ("nobody is asked for the same",
     "open = policy_in_turn(f, w.chosen) ? policy_open_in_turn(f, w.chosen)"
     " : policy_open_all(f, w.chosen);",
     "open = policy_open_in_turn(f, w.chosen);"),
    ("second factors alone are asked for in turn",
     "(chosen & ~POLICY_SECOND) != 0;", "chosen != 0;"),
    ("a disabled account is asked for a second factor",
     "return f->account == POLICY_ACCOUNT_ACTIVE ? open",
     "return f->account != POLICY_ACCOUNT_UNKNOWN ? open"),
    ("a second factor comes before the others",
     "if ((open & ~POLICY_SECOND) != 0)",
     "if ((open & POLICY_SECOND) == 0)"),
    ("a device stands for a first factor",
     "f->waived & POLICY_SECOND & f->enrolled",
     "f->waived & f->enrolled"),
    ("a device stands for what the account has not",
     "f->waived & POLICY_SECOND & f->enrolled",
     "f->waived & POLICY_SECOND"),
    ("a device mends a wrong answer",
     "& f->enrolled & ~f->asked & ~policy_shown(f);",
     "& f->enrolled & ~policy_shown(f);"),
    ("a device tells whether the password was right",
     "if (f->account == POLICY_ACCOUNT_ACTIVE &&\n"
     "(chosen & ~waived & ~policy_proved(f)) == 0 &&\n"
     "policy_strong(f, chosen & policy_proved(f)))\n"
     "return 0;",
     "if (waived != 0)\n"
     "\t\treturn chosen & ~waived & ~f->asked;"),
    ("a device tells whether the account is active",
     "if (f->account == POLICY_ACCOUNT_ACTIVE &&\n"
     "(chosen & ~waived & ~policy_proved(f)) == 0 &&",
     "if ((chosen & ~waived & ~policy_proved(f)) == 0 &&"),
    ("a device is of no use",
     "if (f->account == POLICY_ACCOUNT_ACTIVE &&\n"
     "(chosen & ~waived & ~policy_proved(f)) == 0 &&",
     "if (chosen == 0 &&"),
    ("whoever has one second factor is exempt from the others",
     "(policy_named(f) & f->enrolled & POLICY_SECOND) == 0;",
     "(policy_named(f) & POLICY_SECOND & ~f->enrolled) != 0;"),
    ("everybody is exempt",
     "(f->unenrolled == POLICY_UNENROLLED_EXEMPT ||\n"
     "\t\t(f->unenrolled == POLICY_UNENROLLED_ENROLL &&\n"
     "\t\t f->phase == POLICY_PHASE_PASSWORD));", "true;"),
    ("who has to enroll is exempt",
     "f->phase == POLICY_PHASE_PASSWORD));",
     "f->phase != POLICY_PHASE_ACCOUNT));"),
    ("who has to enroll cannot change a password",
     "f->phase == POLICY_PHASE_PASSWORD));",
     "f->phase == POLICY_PHASE_ACCOUNT));"),
    ("who is exempt has nothing to show",
     "if (bare != 0 && (bare & ~have) == 0)",
     "if ((bare & ~have) == 0)"),
    ("enrolling needs nothing first",
     "if (bare != 0 && one <", "if (one <"),
    ("what cannot be answered here is enrolled",
     "(f->require[i] & ~policy_usable(f)) == 0 &&",
     ""),
    ("one of several is enrolled, and then not enough",
     "if (set == POLICY_BIT(i))", "if ((set & POLICY_BIT(i)) != 0)"),
    ("nobody has to enroll",
     "if (w->enroll)", "if (w->enroll && f->stepped != 0)"),
    ("the step-up lets in with a part",
     "(f->require[i] & ~stepped) == 0 &&",
     "(f->require[i] & stepped) != 0 &&"),
    ("the step-up is good for a disabled account",
     "if (f->account != POLICY_ACCOUNT_ACTIVE || f->asked != 0 ||",
     "if (f->asked != 0 ||"),
    ("the step-up mends a wrong answer",
     "if (f->account != POLICY_ACCOUNT_ACTIVE || f->asked != 0 ||",
     "if (f->account != POLICY_ACCOUNT_ACTIVE ||"),
    ("the step-up counts what was taken away since",
     "have = f->stepped & f->enrolled,", "have = f->stepped,"),
    ("the step-up is of no use to who is exempt",
     "if (whole == 0 && policy_exempt(f))",
     "if (whole != 0 && policy_exempt(f))"),
    ("a cancel is not heard",
     "if (f->cancelled)", "if (f->cancelled && f->asked == 0)"),
    ("it abstains after a question",
     "if (f->asked != 0)\n", "if (f->passed != 0)\n"),
    ("an old password need not be changed",
     "if (f->must_change)", "if (f->must_change && f->privileged)"),
    ("`admit` needs no factor in auth",
     "uint32_t stepped;\n\n"
     "\tif (f->action != POLICY_ACTION_REQUIRE || !policy_rule_whole(f))",
     "uint32_t stepped;\n\n"
     "\tif (f->action == POLICY_ACTION_ADMIT)\n\t\treturn policy_allow(0);\n"
     "\tif (!policy_rule_whole(f))"),
    ("everybody is root in the password phase",
     "if (!f->privileged)", "if (!f->privileged && !f->must_change)"),
    ("root may give a nobody a password",
     "if (f->account == POLICY_ACCOUNT_ACTIVE ||\n",
     "if (f->account == POLICY_ACCOUNT_ACTIVE ||\n"
     "\t    f->account == POLICY_ACCOUNT_UNKNOWN ||\n"),
    ("a session needs no proof",
     "uint32_t proved = policy_proved(f), bare;",
     "uint32_t proved = UINT32_MAX, bare;"),
    ("a session knows no devices",
     "~policy_waived(f, f->require[i]) &\n\t\t     ~proved", "~proved"),
    ("a session knows no exemption",
     "bare = policy_exempt(f) ? policy_first_bare(f, proved) : 0;",
     "bare = 0;"),
    ("no rule is as good as one",
     "\tcase POLICY_ACTION_NONE:\n\t\tbreak;",
     "\tcase POLICY_ACTION_NONE:\n\t\treturn policy_phase(f);"),
    ("what was shown counts for who has it not",
     "return f->shown & f->enrolled & ~f->asked",
     "return f->shown & ~f->asked"),
    ("what was shown mends a wrong answer",
     "return f->shown & f->enrolled & ~f->asked & ~f->declined;",
     "return f->shown & f->enrolled & ~f->declined;"),
    ("what was declined is shown all the same",
     "return f->shown & f->enrolled & ~f->asked & ~f->declined;",
     "return f->shown & f->enrolled & ~f->asked;"),
    ("what was declined is asked again",
     "return (f->usable & ~f->declined) | policy_shown(f);",
     "return f->usable | policy_shown(f);"),
    ("what was shown cannot be used",
     "return (f->usable & ~f->declined) | policy_shown(f);",
     "return f->usable & ~f->declined;"),
    ("what was declined counts",
     "return (right & ~f->declined) | policy_shown(f);",
     "return right | policy_shown(f);"),
    ("what was shown is asked in turn",
     "open = chosen & ~f->asked & ~policy_shown(f) &",
     "open = chosen & ~f->asked &"),
    ("what was shown is asked",
     "return chosen & ~f->asked & ~policy_shown(f);",
     "return chosen & ~f->asked;"),
    ("possession alone lets in",
     "!policy_strong(f, w->chosen & policy_proved(f)))",
     "policy_strong(f, 0))"),
    ("possession alone lets in where a device stands for the rest",
     "!policy_strong(f, w->chosen & policy_proved(f)))",
     "!policy_strong(f, w->chosen))"),
    ("possession alone opens a session",
     "policy_strong(f, f->require[i] & proved))",
     "proved != 0)"),
    ("possession alone hides what steps up",
     "(f->require[i] & ~stepped) == 0 && policy_strong(f, f->require[i]))",
     "(f->require[i] & ~stepped) == 0)"),
    ("possession alone steps up who is exempt",
     "return policy_strong(f, whole) ? whole : 0;", "return whole;"),
    ("after a step-up was declined it counts",
     "f->locked != 0 || f->declined != 0)", "f->locked != 0)"),
    ("what cannot be enrolled in a login is",
     "(POLICY_BIT(one) & f->enrollable) != 0 &&", ""),
    ("nothing is left, and nobody knows why",
     "if ((policy_named(f) & f->declined) == 0)",
     "if (f->alternatives != 0)"),
    ("nobody hears that there is another way",
     "without.declined |= POLICY_BIT(d->factor);",
     "without.declined |= 0;"),
    ("who can get in nowhere is sent away at once",
     "w.chosen = policy_first_bare(f, policy_usable(f));", ""),
    ("who can get in nowhere gets in",
     "if (w->hopeless)", "if (w->hopeless && f->passed == 0)"),
    ("a wait tells whose account it is",
     "without.account = POLICY_ACCOUNT_UNKNOWN;", ""),
    ("strangers walk by a device",
     "(f->require[i] & ~POLICY_SECOND) != 0)", "f->require[i] != 0)"),
    ("who declined is asked for what he has not",
     "if (policy_at_the_end(f))",
     "if (false)"),
]

LOCKOUT = [
    ("one guess too many", "if (failed >= tries)", "if (failed > tries)"),
    ("one pending guess too many",
     "if (pending >= tries - failed)", "if (pending > tries - failed)"),
    ("pending guesses do not count",
     "if (pending >= tries - failed)", "if (pending >= tries)"),
    ("a pending guess refuses others",
     "if (pending >= tries - failed)\n"
     "\t\treturn lockout_until(LOCKOUT_WAIT, deadline, now);",
     "if (pending >= tries - failed)\n"
     "\t\treturn lockout_until(LOCKOUT_LOCKED, deadline, now);"),
    ("a pending try after the wait refuses others",
     "if (row->pending > 0)\n"
     "\t\treturn lockout_until(LOCKOUT_WAIT, deadline, now);",
     "if (row->pending > 0)\n"
     "\t\treturn lockout_until(LOCKOUT_LOCKED, deadline, now);"),
    ("the wait ends a second early",
     "|| now < end)", "|| now < end - 1)"),
    ("the wait ends a second late",
     "|| now < end)", "|| now <= end)"),
    ("the wait never ends",
     "if (row->failed < tries || now < end)", "if (true)"),
    ("after the wait there is no limit",
     "if (row->pending > 0)", "if (row->pending > tries)"),
    ("no source is known good",
     "if (c->console || c->source_known)\n\t\treturn d;",
     "if (c->console)\n\t\treturn d;"),
    ("the console is like any place",
     "if (c->console || c->source_known)\n\t\treturn d;",
     "if (c->source_known)\n\t\treturn d;"),
    ("others shut the console out of second factors",
     "if (c->console || c->source_known)\n\t\trow",
     "if (c->source_known)\n\t\trow"),
    ("others shut known sources out of second factors",
     "if (c->console || c->source_known)\n\t\trow",
     "if (c->console)\n\t\trow"),
    ("second factors are counted by source",
     "if (c->console || c->source_known)\n\t\trow", "row"),
    ("failures in a row are not counted",
     "{ c->run_failed, c->run_last,", "{ 0, c->run_last,"),
    ("their last one is not",
     "{ c->run_failed, c->run_last,", "{ c->run_failed, 1,"),
    ("pending codes do not count",
     "c->user_pending };", "0 };"),
    ("a code has the password's tries",
     "l->second_tries, l->second_wait,", "l->user_tries, l->second_wait,"),
    ("and the password's wait",
     "l->second_tries, l->second_wait,", "l->second_tries, l->pair_wait,"),
    ("the source's limit is not for codes",
     "c->pending_deadline, now), c, l, now);",
     "c->pending_deadline, now), &(struct lockout_counts){ 0 }, l, now);"),
    ("a limit of nothing is no limit for codes",
     "|| l->second_tries <= 0 ||", "||"),
    ("a time of nothing is a time",
     "(c->run_failed == 0 || c->run_last > 0) &&", ""),
    ("own failures do not count where the source is known",
     "if (c->source_known && c->pair_failed == 0)", "if (c->source_known)"),
    ("whoever has not failed has no limit",
     "if (c->source_known && c->pair_failed == 0)",
     "if (c->pair_failed == 0)"),
    ("a known source has no limit of its own",
     "if (!lockout_sound(c, l))\n",
     "if (c->source_known)\n"
     "\t\treturn (struct lockout_decision){ LOCKOUT_ADMIT, 0 };\n"
     "\tif (!lockout_sound(c, l))\n"),
    ("the user's limit is not looked at",
     "lockout_window(c->user_failed, c->user_pending,",
     "lockout_window(0, 0,"),
    ("the source's limit is not looked at",
     "lockout_window( c->source_failed, c->source_pending,",
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
    (["policy.c", "walk.c"], ["policy-t.c", "edges.c", "hold.c", "laws.c",
                              "../../../lib/policy/names.c"], POLICY),
    (["lockout.c"], ["lockout-t.c", "stories.c"], LOCKOUT),
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


def caught(directory, objects, texts):
    """Does the test fail when the room's files read TEXTS (by name)?"""
    sources = []
    for name, text in texts.items():
        sources.append(os.path.join(directory, name))
        with open(sources[-1], "w", encoding="ascii") as f:
            f.write(text)
    built, why = compile_to(directory, "t", *sources, *objects)
    if not built:
        return None, why
    run = subprocess.run([os.path.join(directory, "t"), "--first"],
                         stdout=subprocess.DEVNULL, timeout=100)
    return run.returncode == 1, f"exit code {run.returncode}"


def plant(texts, old, new):
    """The files with the fault in it; None unless OLD stands there once,
    however the lines are broken."""
    pattern = re.compile(r"\s+".join(map(re.escape, old.split())))
    spots = [(name, spot) for name, text in texts.items()
             for spot in pattern.finditer(text)]
    if len(spots) != 1:
        return None
    name, spot = spots[0]
    faulty = dict(texts)
    faulty[name] = (texts[name][:spot.start()] + new +
                    texts[name][spot.end():])
    return faulty


def subject(directory, names, parts, faults):
    objects = []
    for part in parts + ["../../test.c"]:
        out = os.path.basename(part)[:-2] + ".o"
        built, why = compile_to(directory, out, "-c",
                                os.path.join(here, part))
        if not built:
            point(False, f"{part} compiles", why)
            return
        objects.append(os.path.join(directory, out))
    texts = {}
    for name in names:
        with open(os.path.join(root, "lib", "policy", name),
                  encoding="ascii") as f:
            texts[name] = f.read()
    whole = names[0]
    seen, why = caught(directory, objects, texts)
    point(seen is False, f"{whole} as it stands passes", why)
    for what, old, new in faults:
        faulty = plant(texts, old, new)
        if faulty is None:
            point(False, f"{whole}: {what}",
                  f"there is not just one place: {old!r}")
            continue
        seen, why = caught(directory, objects, faulty)
        point(seen is True, f"{whole}: {what}", why)


with tempfile.TemporaryDirectory() as scratch:
    for entry in SUBJECTS:
        subject(scratch, *entry)
print(f"1..{number}")
sys.exit(failed != 0)
