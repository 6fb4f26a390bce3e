/* SPDX-License-Identifier: MIT */
/*
 * The step-up: who has proved a whole alternative in this login session a few
 * minutes ago is not asked again, as with sudo's own timestamps.
 *
 * "This login session" has to be a fact that the kernel vouches for, or the
 * weakest process of the machine could borrow the proof of somebody else.
 * Two things are inherited by fork(2) and by nothing else: the session
 * (getsid(2)) and the ancestors.  Either has to lead back to the place where
 * the proof was given:
 *
 * (A) the proof was given to a program in the same session, by the same real
 *     uid, at the same terminal: sudo a second time in one shell;
 * (B) the proof was a login that opened a session of the same account, still
 *     open, and the process that opened it is an ancestor of this caller:
 *     sudo in the shell that sshd or login(1) has started.
 *
 * How one would cheat, and what stops it:
 *  - A number is given out again: processes are numbers with start times, and
 *    an unknown start time equals nothing.  Process 1 is everybody's ancestor
 *    in the end and counts as nobody's.
 *  - setsid(2) leaves the session: (A) ends with it, and the ancestors of (B)
 *    stay true.  A double fork leaves the ancestors.  tmux and screen serve
 *    their windows from such a process: neither holds there before the first
 *    proof in that window, so they ask.
 *  - A daemon that checks the passwords of remote people has one session and
 *    its own ancestors for all of them; started from a shell of alice's, it
 *    would let anybody in as alice.  So the real uid must not be root's: then
 *    the caller is a set-uid program that a local person has started.  Root
 *    itself is never asked by sudo and su.
 *  - Somebody else within the same session or below the same ancestor (`su
 *    guest`, `sudo -u nobody server`) asks to become alice: (A) wants the uid
 *    that gave the proof; but that may be a guest's, in whose shell alice has
 *    said `su alice`, and the row of (B) knows no uid, since sshd gave it as
 *    root.  So in both PAM_RUSER, which sudo, su and doas make from their real
 *    uid, has to be the account itself.  A caller that does not say it is
 *    asked.
 *  - A person at another terminal, in a nested `script` or in a job without
 *    one: the terminal has to be the same one.  Only sshd has none yet when
 *    it opens the session; what is below that process has come by that
 *    connection.
 *  - The clock is turned back to make the minutes last: they count by the
 *    wall clock and by the time since boot, within the same boot, and not at
 *    all while the clock is behind what the store has seen.
 *  - One proof is to last for ever: a login that was granted by a step-up has
 *    no uptime and is found by none; a device's trust is no proof, and only
 *    what was really answered counts.  A new password voids all rows.
 *  - A session was revoked, and what runs in it goes on: whoever is below the
 *    process of such a session is asked, whatever was proved in it.
 *  - The rows and the caller's facts are told by root's processes alone; the
 *    peer that is not root has no past at all.
 */
#include <string.h>

#include "base/text.h"
#include "session/attempt.h"

#define STEPUP_SESSIONS_MAX 32

/* Logins that may be open sessions around the caller, the newest first. */
struct stepup_search {
	struct session_attempt *a;
	int64_t now, uptime;
	bool ended; /* the caller runs in one that was ended from outside */
	size_t around;
	struct id login[STEPUP_SESSIONS_MAX];
};

/* "/dev/tty1" of sudo is "tty1" of login(1). */
static bool
stepup_same_tty(const char *a, const char *b)
{
	static const char dev[] = "/dev/";
	const size_t skip = sizeof(dev) - 1;

	a += strncmp(a, dev, skip) == 0 ? skip : 0;
	b += strncmp(b, dev, skip) == 0 ? skip : 0;
	return a[0] != '\0' && strcmp(a, b) == 0;
}

static bool
stepup_is(const struct request_process *p, int64_t pid, int64_t start)
{
	return p->pid > 1 && p->start > 0 && p->pid == pid && start > 0 &&
	       p->start == (uint64_t)start;
}

/* Is it the leader of the caller's session, or one of its ancestors? */
static bool
stepup_above(const struct request *r, int64_t pid, int64_t start)
{
	if (stepup_is(&r->leader, pid, start))
		return true;
	for (size_t i = 0; i < r->ancestors && i < REQUEST_ANCESTORS_MAX; i++)
		if (stepup_is(&r->ancestor[i], pid, start))
			return true;
	return false;
}

/* Does the caller run in this open session? */
static bool
stepup_inside(const struct session_attempt *a, const struct store_session *s)
{
	return strcmp(s->account.s, a->account.id.s) == 0 &&
	       strcmp(s->host, a->env->host) == 0 &&
	       strcmp(s->boot, a->env->boot) == 0 &&
	       stepup_above(a->request, s->pid, s->pid_start);
}

static bool
stepup_note(void *ctx, const struct store_session *s)
{
	struct stepup_search *search = ctx;
	const struct request *r = search->a->request;

	if (!stepup_inside(search->a, s))
		return true;
	if (s->closed_at != 0) {
		search->ended = strcmp(s->ended, "closed") != 0;
		return !search->ended;
	}
	if (s->login.s[0] != '\0' && search->around < STEPUP_SESSIONS_MAX &&
	    (stepup_same_tty(s->tty, r->tty) || strcmp(s->tty, "ssh") == 0))
		search->login[search->around++] = s->login;
	return true;
}

/* (A) */
static bool
stepup_same_place(const struct request *r, const struct store_login *row)
{
	return stepup_is(&r->leader, row->leader, row->leader_start) &&
	       row->ruid == (int64_t)r->ruid &&
	       stepup_same_tty(row->tty, r->tty);
}

/* (B) */
static bool
stepup_below(const struct stepup_search *search, const struct store_login *row)
{
	for (size_t i = 0; i < search->around; i++)
		if (strcmp(search->login[i].s, row->id.s) == 0)
			return true;
	return false;
}

/* The first that policy would let in by; it alone knows what is enough. */
static bool
stepup_try(void *ctx, const struct store_login *row)
{
	struct stepup_search *search = ctx;
	struct session_attempt *a = search->a;
	const char *ways[POLICY_FACTOR_COUNT];
	struct policy_facts facts = a->facts;
	bool trust;

	if (row->at > search->now || row->uptime > search->uptime ||
	    (!stepup_same_place(a->request, row) &&
	     !stepup_below(search, row)))
		return true;
	facts.stepped = session_ways_parse(row->factors, ways, &trust);
	facts.weak = session_ways_weak(ways);
	if (policy_next(&facts).step != POLICY_ALLOW)
		return true;
	a->facts.stepped = facts.stepped;
	a->facts.weak = facts.weak;
	a->stepped_login = row->id;
	session_ways_format(ways, false, a->stepped_factors,
			    sizeof(a->stepped_factors));
	return false;
}

static bool
stepup_wanted(const struct session_attempt *a)
{
	return session_past_counts(a) && a->rule.step_up > 0 &&
	       a->request->tty[0] != '\0' && a->request->ruid != 0 &&
	       strcmp(a->request->ruser, a->account.name) == 0;
}

enum status
session_step_up_find(struct session_attempt *a, struct fault *f)
{
	struct io *io = a->env->io;
	struct stepup_search search = { .a = a };
	struct store_login_place place;
	enum status st;

	if (!stepup_wanted(a))
		return STATUS_OK;
	a->facts.weak &= ~a->facts.stepped;
	a->facts.stepped = 0;
	a->stepped_login = (struct id){ .s = "" };
	search.now = session_now(a->env);
	search.uptime = io->uptime(io);
	if (search.uptime < 0 || session_source_strict(a))
		return STATUS_OK;
	place = (struct store_login_place){
		.account = a->account.id,
		.boot = a->env->boot,
		.since = search.now - a->rule.step_up,
		.uptime_since = search.uptime - a->rule.step_up,
	};
	st = store_session_list(a->env->store, &a->account.id, false,
				stepup_note, &search, f);
	if (st != STATUS_OK || search.ended)
		return st;
	return store_login_list_recent(a->env->store, &place, stepup_try,
				       &search, f);
}

bool
session_stepped(const struct session_attempt *a)
{
	return a->facts.asked == 0 && a->stepped_login.s[0] != '\0';
}

struct stepup_current {
	const struct session_attempt *a;
	struct id *out;
	bool found;
};

static bool
stepup_current_try(void *ctx, const struct store_session *s)
{
	struct stepup_current *c = ctx;

	if (!stepup_inside(c->a, s))
		return true;
	*c->out = s->id;
	c->found = true;
	return false;
}

enum status
session_current(const struct session_attempt *a, struct id *out, bool *found,
		struct fault *f)
{
	struct stepup_current c = { .a = a, .out = out };
	enum status st;

	st = store_session_list(a->env->store, &a->account.id, true,
				stepup_current_try, &c, f);
	if (st == STATUS_OK)
		*found = c.found;
	return st;
}
