# SPDX-License-Identifier: MIT
"""Programs that root puts around commands: which are run, what they are told,
what they may forbid, and for whom."""
import json
import os
import shutil
import subprocess

from machine import PATIENCE, check, equal, main, processes, run, until
from project import CTL, KEY, STORE, audit, ctl, ctl_code, initialise, syslog

HOOKS = "/etc/sigra/hooks.d"
SEEN = "/run/machine/seen"
KEEP = "#!/bin/sh\nread -r line && printf '%%s\\n' \"$line\" >>%s\n" % SEEN
FAIL = "#!/bin/sh\ncat >/dev/null\necho 'not today'\nexit %d\n"


def hook(name, text=KEEP, mode=0o755):
    path = HOOKS + "/" + name
    os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def fresh():
    shutil.rmtree(HOOKS, ignore_errors=True)
    if os.path.exists(SEEN):
        os.unlink(SEEN)


def told():
    """What those that keep it were told, in their order."""
    if not os.path.exists(SEEN):
        return []
    with open(SEEN, encoding="utf-8") as f:
        got = [json.loads(line) for line in f]
    os.unlink(SEEN)
    return got


def names():
    return [u["name"] for u in json.loads(ctl("--json", "user",
                                              "list"))["users"]]


def as_person(*args, uid="4242", **env):
    """As root by sudo, with somebody behind it."""
    r = subprocess.run([CTL, *args], text=True, timeout=PATIENCE,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False,
                       env=dict(os.environ, SUDO_UID=uid, **env))
    return r.returncode, r.stdout


def run_and_told():
    fresh()
    hook("pre-user-add/10-keep",
         "#!/bin/sh\necho \"$0|$PWD|$(id -u)|$(umask)|$#\" >%s\n"
         "env | sort >>%s\ncat >>%s\n" % (SEEN, SEEN, SEEN))
    os.environ["SIGRA_SPY"] = "x"
    ctl("user", "add", "ann", "--email", "ann@example.org")
    del os.environ["SIGRA_SPY"]
    with open(SEEN, encoding="utf-8") as f:
        lines = f.read().splitlines()
    os.unlink(SEEN)
    equal(lines[0], "./10-keep|%s/pre-user-add|0|0077|0" % HOOKS,
          "run as root, where it lies, without arguments")
    equal([l for l in lines[1:-1] if not l.startswith(("PWD=", "_=",
                                                       "SHLVL="))],
          ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
           "SIGRA_COMMAND=user add", "SIGRA_EVENT=pre-user-add"],
          "with an environment of its own")
    got = json.loads(lines[-1])
    at = got.pop("at")
    check(at.endswith("Z"), "when it is", at)
    equal(got, {"event": "pre-user-add", "command": "user add",
                "actor": "system", "host": "machine",
                "account": {"id": None, "name": "ann"},
                "organization": None, "id": None, "outcome": None},
          "what is to be done")
    check("example.org" not in lines[-1], "and no more")


def in_order():
    fresh()
    for name in ("20-b", "10-a", "B_c", "9", "10-a.bak", ".hidden", "x~"):
        hook("pre-user-add/" + name,
             "#!/bin/sh\necho ${0#./} >>%s\n" % SEEN)
    ctl("user", "add", "bob")
    with open(SEEN, encoding="utf-8") as f:
        equal(f.read().split(), ["10-a", "20-b", "9", "B_c"],
              "in the order of their names, and no other names")
    os.unlink(SEEN)
    ctl("user", "list")
    ctl("user", "disable", "bob", "--reason", "x")
    check(not os.path.exists(SEEN), "around no other command")


def before():
    fresh()
    hook("pre-user-add/10-ok")
    hook("pre-user-add/20-no", FAIL % 3)
    hook("pre-user-add/30-never")
    hook("post-user-add/10")
    code, said = ctl_code("user", "add", "cat")
    equal(code, 6, "one that fails refuses", said)
    check("pre-user-add/20-no: not today" in said, "what it said is shown",
          said)
    check("nothing was done: hook pre-user-add/20-no: it ended with 3" in
          said, "and which it was", said)
    check("cat" not in names(), "nothing was done")
    row = audit("--action", "hook.refused")[0]
    equal((row["outcome"], row["actor"], row["meta"]),
          ("failure", "system",
           {"command": "user add", "hook": "pre-user-add/20-no",
            "why": "it ended with 3"}), "the audit has it")
    equal(len(audit("--action", "hook.refused")), 1, "... once")
    equal(len(told()), 1, "the others were not run")
    check("hook.refused" in syslog(), "and so does the log")


def after():
    fresh()
    hook("post-user-add/10-no", FAIL % 9)
    hook("post-user-add/20")
    code, said = ctl_code("user", "add", "dan")
    equal(code, 0, "one behind a command refuses nothing", said)
    check("warning: hook post-user-add/10-no: it ended with 9" in said,
          "but it is said", said)
    got = told()[0]
    equal((got["event"], got["outcome"], got["account"]["name"]),
          ("post-user-add", "done", "dan"), "the next one is run, too")
    dan = json.loads(ctl("--json", "user", "show", "dan"))["id"]
    equal(got["account"]["id"], dan, "and is told the id")
    row = audit("--action", "hook.failed")[0]
    equal((row["target"], row["outcome"], row["meta"]["hook"]),
          (dan, "failure", "post-user-add/10-no"), "the audit has it")
    equal(json.loads(ctl("--json", "user", "add", "eve"))["name"], "eve",
          "standard output is as ever")
    os.unlink(SEEN)
    code, _ = ctl_code("user", "add", "dan")
    equal((code, os.path.exists(SEEN)), (4, False),
          "behind what was not done none is run")


def about():
    fresh()
    for event in ("user-rename", "user-delete", "org-add", "org-set-slug",
                  "member-add", "webhook-add", "user-set"):
        hook("pre-" + event + "/1")
        hook("post-" + event + "/1")
    ctl("user", "rename", "eve", "eva")
    pre, post = told()
    equal((pre["account"]["name"], post["account"]["name"]), ("eve", "eva"),
          "an account that is renamed")
    equal(pre["account"]["id"], post["account"]["id"], "... by one id")
    ctl("user", "delete", "eva", "--now", "--yes")
    pre, post = told()
    equal((pre["account"], post["outcome"]), (post["account"], "done"),
          "one that is deleted")
    shutil.rmtree(HOOKS + "/pre-user-delete")
    ctl("user", "add", "kai")
    kai = json.loads(ctl("--json", "user", "show", "kai"))["id"]
    ctl("user", "delete", "kai", "--now", "--yes", "--strategy", "hard")
    equal(told()[0]["account"], {"id": kai, "name": "kai"},
          "... and nothing before it asked")
    ctl("org", "add", "acme", "--owner", "ann")
    pre, post = told()
    equal((pre["organization"]["id"], post["organization"]["slug"]),
          (None, "acme"), "an organization that is made")
    org = post["organization"]["id"]
    ctl("org", "set-slug", "acme", "apex")
    equal([t["organization"]["slug"] for t in told()], ["acme", "apex"],
          "one that is called something else")
    ctl("member", "add", "apex", "bob")
    pre, post = told()
    equal((pre["organization"]["id"], pre["account"]["name"]), (org, "bob"),
          "who is to belong to it")
    ctl("user", "set", "bob", "room=31337")
    equal(ctl_code("webhook", "add", "https://hooks.example.org/s3cr3t")[0],
          0, "a webhook")
    with open(SEEN, encoding="utf-8") as f:
        text = f.read()
    check("s3cr3t" not in text and "31337" not in text and "bob" in text,
          "what is to be set is not told")


def steps():
    """Commands that begin as root, and open the store themselves."""
    fresh()
    hook("pre-enroll-ssh-key/1")
    hook("post-enroll-ssh-key/1", FAIL % 1)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
        "/run/machine/key")
    code, said = ctl_code("enroll", "ssh-key", "ann", "/run/machine/key.pub")
    equal(code, 0, "a command of several steps", said)
    ann = json.loads(ctl("--json", "user", "show", "ann"))["id"]
    equal(told()[0]["account"], {"id": ann, "name": "ann"}, "is told of")
    equal(audit("--action", "hook.failed")[0]["target"], ann,
          "and the audit hears of it")
    hook("pre-enroll-ssh-key/1", FAIL % 1)
    code, said = ctl_code("enroll", "ssh-key", "bob", "/run/machine/key.pub")
    equal(code, 6, "one that is refused", said)
    equal(audit("--action", "hook.refused")[0]["meta"]["command"],
          "enroll ssh-key", "... is audited, too")
    equal(run("find", "/var/lib/sigra", "!", "-user", "sigra"), "",
          "nothing in the store's directory is root's")
    fresh()
    hook("pre-gc/1", FAIL % 1)
    hook("post-gc/1")
    equal(ctl_code("gc", "--dry-run")[0], 0, "what changes nothing has none")
    equal(ctl_code("gc")[0], 6, "and what does has")


def trusted():
    def refused(what, pattern):
        code, said = ctl_code("user", "add", "joe")
        check(code == 6 and pattern in said, what, code, said)

    path = HOOKS + "/pre-user-add/10"
    fresh()
    hook("pre-user-add/10")
    os.chown(path, 1000, 0)
    refused("a hook that is not root's", "belongs to uid 1000")
    fresh()
    hook("pre-user-add/10", mode=0o775)
    refused("one that a group may write", "mode 0775")
    fresh()
    hook("pre-user-add/10", mode=0o644)
    refused("one that cannot be run", "chmod +x")
    fresh()
    hook("pre-user-add/10")
    os.link(path, HOOKS + "/other")
    refused("one of two names", "2 links")
    fresh()
    hook("other")
    os.mkdir(HOOKS + "/pre-user-add")
    os.symlink("../other", path)
    refused("a symbolic link", "symbolic link")
    os.unlink(path)
    os.mkfifo(path)
    refused("a pipe", "regular")
    os.unlink(path)
    os.mkdir(path)
    refused("a directory", "regular")
    fresh()
    hook("pre-user-add/10", "echo no interpreter\n")
    refused("one of no format", "cannot run")
    fresh()
    hook("pre-user-add/10")
    os.chmod(HOOKS + "/pre-user-add", 0o777)
    refused("a directory that others may write", "mode 0777")
    os.chmod(HOOKS + "/pre-user-add", 0o755)
    os.chown(HOOKS, 1000, 0)
    refused("one above that is not root's", "belongs to uid 1000")
    fresh()
    os.mkdir(HOOKS)
    os.mkdir("/etc/sigra/elsewhere")
    os.symlink("../elsewhere", HOOKS + "/pre-user-add")
    refused("one that is a link", "cannot open")
    fresh()
    hook("post-user-add/10", mode=0o777)
    code, said = ctl_code("user", "add", "kim")
    check(code == 0 and "warning: hook post-user-add/10" in said,
          "behind a command that is a warning", said)
    equal(told(), [], "and none of them was run")
    fresh()
    for i in range(65):
        hook("pre-user-add/%d" % i)
    refused("more than can be", "more than 64")
    fresh()
    os.mkdir(HOOKS, 0o755)
    os.mkdir(HOOKS + "/pre-user-add", 0o755)
    equal(ctl_code("user", "add", "joe")[0], 0, "an empty directory is none")


def wild():
    fresh()
    hook("pre-user-add/10", "#!/bin/sh\nexec 0<&-\n"
         "printf 'a\\033[31mb\\nc\\377d\\n'\nyes x | head -c 100000\n")
    code, said = ctl_code("user", "add", "lea")
    equal(code, 0, "one that reads nothing and says much", said[-300:])
    check("\x1b" not in said and "a\\x1b[31mb" in said and "c\\xffd" in said
          and len(said) < 200000, "what it says is made safe")
    hook("pre-user-add/10", "#!/bin/sh\nkill -9 $$\n")
    code, said = ctl_code("user", "add", "mia")
    check(code == 6 and "137" in said, "one that is killed", said)
    hook("pre-user-add/10",
         "#!/bin/sh\ntrap '' TERM HUP\nsleep 600 & sleep 600\n")
    code, said = ctl_code("user", "add", "mia")
    check(code == 6 and "longer than 5 seconds" in said,
          "one that does not end", said)
    until(lambda: not processes("sleep"), "what it has begun ends, too")
    # One that leaves something running is no reason to wait.
    hook("pre-user-add/10", "#!/bin/sh\nsleep 600 &\n")
    equal(ctl_code("user", "add", "mia")[0], 0, "what is left running is left")
    for pid in processes("sleep"):
        os.kill(pid, 9)


def persons():
    fresh()
    run("useradd", "-u", "4242", "zac")
    ctl("user", "add", "zac")
    ctl("admin", "grant", "zac")
    hook("pre-user-add/10")
    hook("post-user-add/10")
    code, said = as_person("user", "add", "ned")
    check(code == 5 and "root alone" in said,
          "before a person's command none is run, and so it is refused",
          code, said)
    check("ned" not in names(), "... and not done")
    os.mkdir("/etc/elsewhere", 0o755)
    other = "/etc/elsewhere/sigra.conf"
    with open(other, "w", encoding="utf-8") as f:
        f.write("[store]\nwhere = sqlite:%s\nkey = %s\n" % (STORE, KEY))
    code, said = as_person("-c", other, "user", "add", "ned")
    equal(code, 5, "... nor with another file beside which there is none",
          said)
    shutil.rmtree(HOOKS + "/pre-user-add")
    code, said = as_person("user", "add", "ned")
    check(code == 0 and "warning: " in said and "root alone" in said,
          "behind it none is run, which is said", code, said)
    equal(as_person("user", "list")[1].count("warning"), 0,
          "of what changes nothing nothing is said")
    check(not os.path.exists(SEEN), "none was run")
    hook("pre-user-add/10")
    trial = "sqlite:/run/machine/trial/t.db"
    ctl("-s", trial, "init")
    ctl("-s", trial, "user", "add", "ann")
    check(not os.path.exists(SEEN), "nor for a trial store")
    ctl("-c", other, "user", "add", "pat")
    check(not os.path.exists(SEEN), "root's other file has others")


def body():
    with open("/proc/self/loginuid", encoding="utf-8") as f:
        if f.read() != "4294967295":
            check(True, "# SKIP the kernel knows who is behind root here")
            return
    initialise()
    for test in (run_and_told, in_order, before, after, about, steps, trusted,
                 wild, persons):
        test()
    fresh()


main(body)
