/* SPDX-License-Identifier: MIT */
#include "sigractl/rights.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/boot.h"
#include "base/text.h"
#include "session/session.h"
#include "sigractl/cmd.h"
#include "sigractl/ground.h"
#include "sigractl/process.h"
#include "store/people.h"

#define RIGHTS_PASSWD_SIZE 16384

/* NAME stays empty when there is none, or one that no account can have. */
static enum status
rights_name(uid_t uid, char name[STORE_NAME_SIZE], struct fault *f)
{
	AUTO_FREE char *room = malloc(RIGHTS_PASSWD_SIZE);
	struct passwd pw, *found = NULL;
	int error;

	if (room == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	do {
		error = getpwuid_r(uid, &pw, room, RIGHTS_PASSWD_SIZE, &found);
	} while (error == EINTR);
	if (error != 0 && error != ENOENT && error != ESRCH)
		return fault_errno(f, error, "cannot look up uid %u", uid);
	name[0] = '\0';
	if (found != NULL && !text_copy(name, STORE_NAME_SIZE, pw.pw_name))
		name[0] = '\0';
	return STATUS_OK;
}

/* Nobody stands behind: root, who is no person. */
static void
rights_nobody(const struct cmd *c, struct rights *r)
{
	r->root = true;
	r->people[0] = (struct rights_person){
		.facts = { .place = c->org == NULL ? AUTHZ_EVERYWHERE
						   : AUTHZ_ORG_ABSENT,
			   .everywhere = AUTHZ_ROOT },
		.uid = -1
	};
	r->n = 1;
}

enum status
rights_start(struct cmd *c, struct fault *f)
{
	const int64_t uids[RIGHTS_PEOPLE] = { c->actor.person, c->actor.also };
	struct rights *r = &c->rights;
	enum status st = STATUS_OK;

	if (ground_is_trial(c) || geteuid() != 0 || uids[0] < 0) {
		rights_nobody(c, r);
		return STATUS_OK;
	}
	for (size_t i = 0;
	     st == STATUS_OK && i < RIGHTS_PEOPLE && uids[i] >= 0; i++) {
		r->people[i].uid = uids[i];
		st = rights_name((uid_t)uids[i], r->people[i].name, f);
		r->n = i + 1;
	}
	return st;
}

bool
rights_known(const struct cmd *c)
{
	return c->rights.root && c->org == NULL;
}

/* Is the person an administrator; or the first one? */
static enum status
rights_everywhere(struct rights_person *p, struct store *s, bool may_be_first,
		  struct fault *f)
{
	bool granted = false, any = true, orgs = true;
	enum status st = STATUS_OK;

	if (p->self.s[0] != '\0')
		st = store_administrator_is(s, &p->self, &granted, f);
	if (st == STATUS_OK && granted)
		p->facts.everywhere = AUTHZ_ADMINISTRATOR;
	if (st != STATUS_OK || granted || !may_be_first ||
	    (st = store_administrator_is(s, NULL, &any, f)) != STATUS_OK ||
	    (st = store_org_any(s, &orgs, f)) != STATUS_OK)
		return st;
	p->first = !any && !orgs;
	if (p->first)
		p->facts.everywhere = AUTHZ_ROOT;
	return STATUS_OK;
}

static enum authz_role
rights_role(const struct store_org *o, enum store_role role)
{
	/* There is nobody in it to administer but oneself. */
	if (o->personal)
		return AUTHZ_MEMBER;
	switch (role) {
	case STORE_ROLE_OWNER:
		return AUTHZ_OWNER;
	case STORE_ROLE_ADMIN:
		return AUTHZ_ORG_ADMIN;
	case STORE_ROLE_MEMBER:
		return AUTHZ_MEMBER;
	}
	return AUTHZ_NOBODY;
}

/* Absent and foreign ones cost the same two look-ups. */
static enum status
rights_inside(struct rights_person *p, struct store *s, const char *slug,
	      int64_t now, struct id *org, struct fault *f)
{
	static const struct id nobody = {
		"00000000-0000-0000-0000-000000000000"
	};
	struct store_org o = { .id = nobody };
	struct store_member m;
	enum status st, there = STATUS_NOT_FOUND;

	p->facts.place = AUTHZ_ORG_ABSENT;
	if (strlen(slug) < STORE_SLUG_SIZE)
		there = store_org_by_slug(s, slug, now, &o, f);
	if (there != STATUS_OK && there != STATUS_NOT_FOUND)
		return there;
	st = store_member_get(
		s, &o.id, p->self.s[0] == '\0' ? &nobody : &p->self, &m, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	if (there != STATUS_OK)
		return STATUS_OK;
	p->facts.place = AUTHZ_ORG;
	*org = o.id;
	if (st == STATUS_OK)
		p->facts.inside = rights_role(&o, m.role);
	return STATUS_OK;
}

struct rights_proof {
	int64_t uid, now;
	bool found;
};

/* One that was let in by an earlier proof, or acts as somebody, is none. */
static bool
rights_proof_each(void *ctx, const struct store_login *l)
{
	struct rights_proof *p = ctx;

	p->found = l->ruid == p->uid && l->uptime >= 0 && l->at <= p->now &&
		   l->impersonator[0] == '\0';
	return !p->found;
}

/* By both clocks, as for a step-up at a login. */
static enum status
rights_fresh(struct rights_person *who, struct store *s, int64_t now,
	     struct fault *f)
{
	struct rights_proof p = { .uid = who->uid, .now = now };
	struct timespec up = { .tv_sec = 0 };
	char boot[ID_LENGTH + 1];
	enum status st;

	if (clock_gettime(CLOCK_BOOTTIME, &up) != 0)
		return fault_errno(f, errno, "cannot learn the uptime");
	if ((st = boot_id(boot, f)) != STATUS_OK)
		return st;
	st = store_login_list_recent(
		s,
		&(struct store_login_place){
			.account = who->self,
			.boot = boot,
			.since = now - RIGHTS_FRESH,
			.uptime_since = (int64_t)up.tv_sec - RIGHTS_FRESH },
		rights_proof_each, &p, f);
	if (st == STATUS_OK)
		who->facts.fresh = p.found;
	return st;
}

/* The account of a person, and what is known by it.  Whoever has one that is
 * not good is nobody, and never the first one. */
static enum status
rights_person(const struct cmd *c, struct rights_person *p, struct store *s,
	      int64_t now, struct fault *f)
{
	struct store_account acct;
	enum status st = STATUS_NOT_FOUND, gone;
	bool unknown;

	if (p->name[0] != '\0')
		st = store_account_by_name(s, p->name, &acct, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	/* Who was deleted is not unknown. */
	gone = st;
	if (st == STATUS_NOT_FOUND && p->name[0] != '\0')
		gone = store_account_gone(s, p->name, &acct, f);
	if (gone != STATUS_OK && gone != STATUS_NOT_FOUND)
		return gone;
	unknown = gone == STATUS_NOT_FOUND;
	if (st == STATUS_OK && acct.kind == STORE_PERSON &&
	    acct.state == STORE_ACTIVE &&
	    (acct.expires_at == 0 || acct.expires_at > now))
		p->self = acct.id;
	st = rights_everywhere(
		p, s, c->org == NULL && (unknown || p->self.s[0] != '\0'), f);
	if (st != STATUS_OK || p->self.s[0] == '\0')
		return st;
	st = store_impersonation_runs(s, &p->self, now,
				      now - SESSION_HANDOVER_SECONDS,
				      &p->facts.acted, f);
	return st == STATUS_OK ? rights_fresh(p, s, now, f) : st;
}

static bool
rights_less(const struct authz_facts *a, const struct authz_facts *b)
{
	return a->everywhere < b->everywhere ||
	       (a->everywhere == b->everywhere && a->inside < b->inside);
}

static enum status
rights_look(const struct cmd *c, struct rights *r, struct store *s,
	    int64_t now, struct fault *f)
{
	const struct rights_person *least = r->people;
	enum status st = STATUS_OK;

	if (r->root)
		rights_nobody(c, r);
	for (size_t i = 0; st == STATUS_OK && i < r->n; i++) {
		struct rights_person *p = &r->people[i];

		p->facts.place = AUTHZ_EVERYWHERE;
		if (!r->root)
			st = rights_person(c, p, s, now, f);
		if (st == STATUS_OK && c->org != NULL)
			st = rights_inside(p, s, c->org, now, &r->org, f);
		r->first = r->first || p->first;
		if (rights_less(&p->facts, &least->facts))
			least = p;
	}
	r->self = least->self;
	return st;
}

enum status
rights_read(struct cmd *c, struct store *s, struct fault *f)
{
	return rights_look(c, &c->rights, s, c->now, f);
}

enum status
rights_unread(struct cmd *c, enum status why, const struct fault *w,
	      struct fault *f)
{
	const struct authz_row *row = authz_find(c->row->words);
	bool repair = row != NULL && (row->flags & AUTHZ_REPAIR) != 0;

	if (repair && (why == STATUS_NOT_FOUND || why == STATUS_SCHEMA ||
		       why == STATUS_CORRUPT)) {
		rights_nobody(c, &c->rights);
		return STATUS_OK;
	}
	/* Busy is no reason: it can be asked in a moment. */
	if (repair && why != STATUS_BUSY)
		return fault(f, STATUS_DENIED,
			     "'%s' is for %s, and who you are cannot be "
			     "learned: %s",
			     row->words, authz_role_name(row->everywhere),
			     w->text);
	if (why == STATUS_NOT_FOUND || why == STATUS_INVALID)
		why = STATUS_UNAVAILABLE;
	return fault(f, why, "%s", w->text);
}

static enum status
rights_denied(const struct cmd *c, const struct authz_row *row, bool acted,
	      struct fault *f)
{
	const char *words = c->row->words;
	enum authz_role least;

	if (row == NULL)
		return fault(f, STATUS_DENIED,
			     "nothing says who may run '%s': report that",
			     words);
	least = c->org == NULL ? row->everywhere : row->inside;
	if (c->org != NULL && least == AUTHZ_NEVER)
		return fault(f, STATUS_DENIED,
			     "'%s' is not for one organization: leave --org "
			     "out, if you may",
			     words);
	if (acted && (row->flags & AUTHZ_NOT_ACTED) != 0)
		return fault(f, STATUS_DENIED,
			     "an administrator acts as you at this moment: "
			     "wait until that has ended (sigractl session "
			     "list shows it)");
	return fault(f, STATUS_DENIED, "'%s' is for %s%s", words,
		     authz_role_name(least),
		     c->org == NULL && row->inside != AUTHZ_NEVER
			     ? ", and with --org for those who administer "
			       "that organization"
			     : "");
}

/* Of two answers the one that lets less through.  ABSENT first: whoever gets
 * that may not learn that there is such an organization. */
static int
rights_strict(enum authz_answer answer)
{
	switch (answer) {
	case AUTHZ_ALLOW:
		return 0;
	case AUTHZ_STEP_UP:
		return 1;
	case AUTHZ_DENY:
		break;
	case AUTHZ_ABSENT:
		return 3;
	}
	return 2;
}

/* Whoever is root for want of administrators would not be it any more, and
 * nobody else be there. */
static enum status
rights_first(const struct cmd *c, const struct rights *r, struct fault *f)
{
	if (!r->first || strcmp(c->row->words, "org add") != 0)
		return STATUS_OK;
	return fault(f, STATUS_REFUSED,
		     "with an organization you are root no more: first: "
		     "sigractl admin grant YOURSELF");
}

static enum status
rights_answer(const struct cmd *c, const struct rights *r, struct fault *f)
{
	const struct authz_row *row = authz_find(c->row->words);
	enum authz_answer worst = r->n == 0 ? AUTHZ_DENY : AUTHZ_ALLOW;
	bool acted = false;

	for (size_t i = 0; i < r->n; i++) {
		enum authz_answer answer =
			authz_decide(row, &r->people[i].facts);

		if (rights_strict(answer) > rights_strict(worst))
			worst = answer;
		acted = acted || r->people[i].facts.acted;
	}
	switch (worst) {
	case AUTHZ_ALLOW:
		return rights_first(c, r, f);
	case AUTHZ_STEP_UP:
		return fault(f, STATUS_DENIED,
			     "prove once more who you are%s: run 'sudo -k', "
			     "and this again (sudo's PAM stack has to have "
			     "pam_sigra, and to ask)",
			     r->n > 1 ? ", as both users that the kernel and "
					"sudo name"
				      : "");
	case AUTHZ_ABSENT:
		return fault(f, STATUS_NOT_FOUND,
			     "there is no organization '%s' that you "
			     "administer",
			     c->org);
	case AUTHZ_DENY:
		break;
	}
	return rights_denied(c, row, acted, f);
}

enum status
rights_decide(const struct cmd *c, struct fault *f)
{
	return rights_answer(c, &c->rights, f);
}

enum status
rights_again(void *ctx, struct fault *f)
{
	const struct cmd *c = ctx;
	struct rights r = { .n = c->rights.n, .root = c->rights.root };
	enum status st;

	if (rights_known(c))
		return STATUS_OK;
	for (size_t i = 0; i < r.n; i++) {
		r.people[i].uid = c->rights.people[i].uid;
		memcpy(r.people[i].name, c->rights.people[i].name,
		       sizeof(r.people[i].name));
	}
	if ((st = rights_look(c, &r, c->store, time(NULL), f)) != STATUS_OK ||
	    (st = rights_answer(c, &r, f)) != STATUS_OK)
		return st;
	if (strcmp(r.self.s, c->rights.self.s) != 0 ||
	    strcmp(r.org.s, c->rights.org.s) != 0)
		return fault(f, STATUS_DENIED,
			     "who you are has changed meanwhile: run it "
			     "again");
	return STATUS_OK;
}

enum status
rights_plain(const struct cmd *c, struct fault *f)
{
	if (c->org == NULL)
		return STATUS_OK;
	return fault(f, STATUS_DENIED,
		     "'%s' is not for one organization: leave --org out",
		     c->row->words);
}
