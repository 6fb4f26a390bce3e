/* SPDX-License-Identifier: MIT */
/*
 * Who may do what, once more, as people say it: by lists of commands.  Every
 * role is tried at every command of the table, everywhere, in the own, in a
 * foreign and in an absent organization, with and without a fresh proof, and
 * while somebody acts as the actor.
 */
#include "authz/authz.h"

#include "test.h"

#define END NULL

static const char *const free_ones[] = {
	"authorized-keys", "answer", "doctor", "calibrate",
	"completion",	   "help",   END
};
static const char *const roots[] = { "audit init-key",
				     "init",
				     "store check",
				     "store migrate",
				     "store backup",
				     "store restore",
				     "store clock-accept",
				     "store rekey",
				     "key export",
				     "key import",
				     "import google-authenticator",
				     "import oath",
				     "import otpauth",
				     "import shadow",
				     "import u2f-keys",
				     "gc",
				     "notify",
				     "notify list",
				     "notify replay",
				     "webhook add",
				     "webhook list",
				     "webhook remove",
				     END };
/* Inside an organization; the rest is for nobody there. */
static const char *const members[] = { "org show", "member list", END };
static const char *const org_admins[] = {
	"user list",	    "user show",	  "user login-code",
	"user reset",	    "user revoke-codes",  "user disable",
	"user enable",	    "enroll list",	  "enroll show",
	"enroll ticket",    "session list",	  "session show",
	"session revoke",   "session revoke-all", "trust list",
	"trust revoke",	    "trust revoke-all",	  "lock list",
	"lock clear",	    "audit list",	  "audit show",
	"audit tail",	    "audit export",	  "audit stats",
	"org invite",	    "invite list",	  "invite revoke",
	"member remove",    "member role",	  "service add",
	"service list",	    "service remove",	  "secret add",
	"secret list",	    "secret revoke",	  "token create",
	"token list",	    "token show",	  "token revoke",
	"token revoke-all", "token issue-jwt",	  "token refresh",
	"token revoke-jwt", "token jwks",	  END
};
static const char *const owners[] = { "org set", "org rename", "org delete",
				      END };
/* A fresh proof is wanted of who does it. */
static const char *const sensitive[] = {
	"user login-code", "user reset",       "user delete",
	"user export",	   "password set",     "password import",
	"enroll totp",	   "enroll hotp",      "enroll key",
	"enroll ssh-key",  "enroll rename",    "enroll remove",
	"enroll resync",   "enroll backup",    "enroll ticket",
	"admin grant",	   "admin revoke",     "admin impersonate",
	"org delete",	   "org set",	       "org invite",
	"member role",	   "secret add",       "token create",
	"token issue-jwt", "audit retention",  "audit prune",
	"policy add",	   "policy move",      "policy remove",
	"policy keys",	   "policy passwords", END
};
/* What somebody who acts as the actor may do: look. */
static const char *const looks[] = {
	"user show",   "user list",    "password check", "enroll list",
	"enroll show", "policy list",  "policy check",	 "policy explain",
	"lock list",   "trust list",   "session list",	 "session show",
	"audit list",  "audit show",   "audit tail",	 "audit export",
	"audit stats", "audit verify", "audit head",	 "org list",
	"org show",    "member list",  "invite list",	 "service list",
	"secret list", "token list",   "token show",	 "token jwks",
	"admin list",  "user add",     "org add",	 END
};
static const char *const repairs[] = { "init",		"store check",
				       "store migrate", "store restore",
				       "key import",	END };

static bool
in(const char *const *list, const char *words)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, words) == 0)
			return true;
	return false;
}

enum who { NOBODY, MEMBER, ORG_ADMIN, OWNER, ADMINISTRATOR, ROOT, WHO_COUNT };
enum where { NOWHERE, OWN, FOREIGN, ABSENT, WHERE_COUNT };

static bool
everything(enum who who)
{
	return who == ROOT || who == ADMINISTRATOR;
}

/* Is the role enough, were all else well? */
static bool
may(const char *words, enum who who, enum where where)
{
	if (where == NOWHERE)
		return in(roots, words) ? who == ROOT : everything(who);
	if (in(members, words))
		return who != NOBODY;
	if (in(org_admins, words))
		return who == ORG_ADMIN || who == OWNER || everything(who);
	return in(owners, words) && (who == OWNER || everything(who));
}

static enum authz_answer
expected(const char *words, enum who who, enum where where, bool fresh,
	 bool acted)
{
	bool inside = in(members, words) || in(org_admins, words) ||
		      in(owners, words);

	if (in(free_ones, words))
		return where == NOWHERE ? AUTHZ_ALLOW : AUTHZ_DENY;
	if (where != NOWHERE && !inside)
		return AUTHZ_DENY;
	if (where == ABSENT)
		return AUTHZ_ABSENT;
	if (where != NOWHERE && !everything(who) &&
	    (where == FOREIGN || who == NOBODY))
		return AUTHZ_ABSENT;
	if (!may(words, who, where))
		return AUTHZ_DENY;
	if (acted && !in(looks, words) && !in(roots, words))
		return AUTHZ_DENY;
	if (in(sensitive, words) && !fresh && who != ROOT)
		return AUTHZ_STEP_UP;
	return AUTHZ_ALLOW;
}

static struct authz_facts
facts_of(enum who who, enum where where, bool fresh, bool acted)
{
	static const enum authz_role roles[WHO_COUNT] = {
		[NOBODY] = AUTHZ_NOBODY,	[MEMBER] = AUTHZ_MEMBER,
		[ORG_ADMIN] = AUTHZ_ORG_ADMIN,	[OWNER] = AUTHZ_OWNER,
		[ADMINISTRATOR] = AUTHZ_NOBODY, [ROOT] = AUTHZ_NOBODY,
	};
	static const enum authz_place places[WHERE_COUNT] = {
		[NOWHERE] = AUTHZ_EVERYWHERE,
		[OWN] = AUTHZ_ORG,
		[FOREIGN] = AUTHZ_ORG,
		[ABSENT] = AUTHZ_ORG_ABSENT,
	};
	struct authz_facts facts = { .place = places[where],
				     .fresh = fresh,
				     .acted = acted };

	if (everything(who))
		facts.everywhere =
			who == ROOT ? AUTHZ_ROOT : AUTHZ_ADMINISTRATOR;
	if (where == OWN)
		facts.inside = roles[who];
	return facts;
}

static void
check_row(const struct authz_row *row)
{
	long wrong = 0;

	for (int who = 0; who < WHO_COUNT; who++)
		for (int where = 0; where < WHERE_COUNT; where++)
			for (int more = 0; more < 4; more++) {
				bool fresh = (more & 1) != 0;
				bool acted = (more & 2) != 0;
				struct authz_facts facts = facts_of(
					(enum who)who, (enum where)where,
					fresh, acted);
				enum authz_answer want = expected(
					row->words, (enum who)who,
					(enum where)where, fresh, acted);

				if (authz_decide(row, &facts) == want)
					continue;
				test_note("%s: who %d where %d more %d",
					  row->words, who, where, more);
				wrong++;
			}
	CHECK_EQ(wrong, 0);
	CHECK_EQ((row->flags & AUTHZ_REPAIR) != 0, in(repairs, row->words));
	CHECK(authz_find(row->words) == row);
}

static void
check_lists(void)
{
	const char *const *const all[] = { free_ones,  roots,  members,
					   org_admins, owners, sensitive,
					   looks,      repairs };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (const char *const *w = all[i]; *w != NULL; w++)
			if (authz_find(*w) == NULL) {
				test_note("there is no '%s'", *w);
				CHECK(false);
			}
}

/* Whatever the facts: no row, no right; and nothing known is nobody. */
static void
check_default(void)
{
	const struct authz_row never = { .words = "x" };
	const struct authz_facts nothing = { .fresh = true };
	struct authz_facts root = facts_of(ROOT, NOWHERE, true, false);

	CHECK_EQ(authz_decide(NULL, &root), AUTHZ_DENY);
	CHECK_EQ(authz_decide(&never, &root), AUTHZ_DENY);
	CHECK(authz_find("user") == NULL);
	CHECK(authz_find("") == NULL);
	for (const struct authz_row *r = authz_rows; r->words != NULL; r++)
		if (authz_decide(r, &nothing) == AUTHZ_ALLOW) {
			test_note("%s", r->words);
			CHECK(false);
		}
	/* A role everywhere is none that somebody is said to have inside. */
	root.everywhere = AUTHZ_NOBODY;
	root.place = AUTHZ_ORG;
	root.inside = AUTHZ_ROOT;
	CHECK_EQ(authz_decide(authz_find("org show"), &root), AUTHZ_ABSENT);
}

int
main(void)
{
	for (const struct authz_row *r = authz_rows; r->words != NULL; r++)
		check_row(r);
	check_lists();
	check_default();
	for (int role = AUTHZ_NEVER; role <= AUTHZ_ROOT; role++)
		CHECK(authz_role_name((enum authz_role)role)[0] != '\0');
	return test_done();
}
