/* SPDX-License-Identifier: MIT */
/* The stacks that name pam_sigra: can they be got around? */
#include <stdio.h>
#include <string.h>

#include "sigractl/doctor.h"
#include "sigractl/doctor_pam.h"

#define DOCTOR_WHERE_SIZE 160

/* The results by which the module refuses, of each type. */
static const uint32_t doctor_refusals[STACK_TYPES] = {
	[STACK_AUTH] = STACK_CODE(STACK_AUTH_ERR) |
		       STACK_CODE(STACK_AUTHINFO_UNAVAIL) |
		       STACK_CODE(STACK_SERVICE_ERR) |
		       STACK_CODE(STACK_MODULE_UNKNOWN),
	[STACK_ACCOUNT] = STACK_CODE(STACK_PERM_DENIED) |
			  STACK_CODE(STACK_ACCT_EXPIRED) |
			  STACK_CODE(STACK_AUTHINFO_UNAVAIL) |
			  STACK_CODE(STACK_SERVICE_ERR) |
			  STACK_CODE(STACK_MODULE_UNKNOWN),
	[STACK_PASSWORD] =
		STACK_CODE(STACK_AUTH_ERR) | STACK_CODE(STACK_CONV_ERR) |
		STACK_CODE(STACK_AUTHTOK_ERR) | STACK_CODE(STACK_SERVICE_ERR) |
		STACK_CODE(STACK_MODULE_UNKNOWN),
	[STACK_SESSION] = STACK_CODE(STACK_PERM_DENIED) |
			  STACK_CODE(STACK_SESSION_ERR) |
			  STACK_CODE(STACK_SERVICE_ERR) |
			  STACK_CODE(STACK_MODULE_UNKNOWN),
};

/* What is asked of one stack. */
struct doctor_case {
	uint32_t sigra;	      /* what the module answers */
	uint32_t proving;     /* modules that prove who somebody is */
	uint32_t conditional; /* those that look at the circumstances */
	uint32_t rootok;
	bool met; /* ends where the module was called, or those where not */
};

static bool
doctor_in(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

static uint32_t
doctor_codes(void *ctx, const struct stack_entry *e)
{
	static const char *const conditional[] = {
		"pam_succeed_if.so", "pam_localuser.so", "pam_listfile.so",
		"pam_access.so",     "pam_wheel.so",	 "pam_time.so",
		"pam_shells.so",     "pam_exec.so",	 NULL,
	};
	/* They say yes to anybody; some of them no in a bad moment. */
	static const char *const harmless[] = {
		"pam_env.so",
		"pam_faildelay.so",
		"pam_nologin.so",
		"pam_group.so",
		"pam_securetty.so",
		"pam_motd.so",
		"pam_mail.so",
		"pam_umask.so",
		"pam_keyinit.so",
		"pam_limits.so",
		"pam_lastlog.so",
		"pam_loginuid.so",
		"pam_issue.so",
		"pam_cap.so",
		"pam_echo.so",
		"pam_mkhomedir.so",
		"pam_warn.so",
		"pam_selinux.so",
		"pam_systemd.so",
		"pam_faillock.so",
		"pam_tally2.so",
		"pam_sepermit.so",
		NULL,
	};
	const struct doctor_case *asked = ctx;
	const char *name = stack_module_name(e);

	if (doctor_is_sigra(e))
		return asked->sigra;
	if (strcmp(name, "pam_deny.so") == 0)
		return STACK_CODE(e->type == STACK_SESSION ? STACK_SESSION_ERR
							   : STACK_AUTH_ERR);
	if (strcmp(name, "pam_permit.so") == 0)
		return STACK_CODE(STACK_SUCCESS);
	if (strcmp(name, "pam_rootok.so") == 0)
		return asked->rootok;
	if (doctor_in(name, harmless))
		return UINT32_MAX;
	return doctor_in(name, conditional) ? asked->conditional
					    : asked->proving;
}

static bool
doctor_ours(void *ctx, const struct stack_entry *e)
{
	(void)ctx;
	return doctor_is_sigra(e);
}

static enum stack_answer
doctor_ask(const struct stack *s, enum stack_type type,
	   struct doctor_case asked)
{
	const struct stack_question q = { .codes = doctor_codes,
					  .ours = doctor_ours,
					  .ctx = &asked,
					  .met = asked.met };

	return stack_grants(s, type, &q);
}

#define DOCTOR_ANY UINT32_MAX
#define DOCTOR_NO (~STACK_CODE(STACK_SUCCESS))

static bool
doctor_gets_in(const struct stack *s, enum stack_type type,
	       struct doctor_case asked)
{
	return doctor_ask(s, type, asked) == STACK_SOMETIMES;
}

/* "/etc/pam.d/sshd (auth)", or with the line of the module. */
static const char *
doctor_where(const struct doctor_service *v, enum stack_type type, char *out)
{
	const struct stack_entry *e = NULL;

	for (size_t i = 0; i < v->stack->n && e == NULL; i++)
		if (v->stack->of[i].type == type &&
		    doctor_is_sigra(&v->stack->of[i]))
			e = &v->stack->of[i];
	if (e == NULL)
		(void)snprintf(out, DOCTOR_WHERE_SIZE, "service %s, %s",
			       v->name, stack_type_name(type));
	else
		(void)snprintf(out, DOCTOR_WHERE_SIZE,
			       "service %s, %s (%s, line %u)", v->name,
			       stack_type_name(type), e->file, e->line);
	return out;
}

/* Invariant 1: what the module refuses is refused. */
static bool
doctor_pam_refusal(struct doctor *d, const struct doctor_service *v,
		   enum stack_type type)
{
	char where[DOCTOR_WHERE_SIZE];

	for (unsigned code = 0; code < STACK_CODES; code++) {
		struct doctor_case asked = { .sigra = STACK_CODE(code),
					     .proving = DOCTOR_ANY,
					     .conditional = DOCTOR_ANY,
					     .rootok = DOCTOR_ANY,
					     .met = true };

		if ((doctor_refusals[type] & STACK_CODE(code)) == 0 ||
		    !doctor_gets_in(v->stack, type, asked))
			continue;
		doctor_say(d,
			   type == STACK_AUTH || type == STACK_ACCOUNT
				   ? DOCTOR_ERROR
				   : DOCTOR_WARNING,
			   "pam-refusal-passes",
			   "write the line as STACKS in pam_sigra(8) has it, "
			   "with default=die",
			   "%s: what Sigra refuses with %s, the rest of the "
			   "stack can let in",
			   doctor_where(v, type, where),
			   stack_code_name(code));
		return true;
	}
	return false;
}

/* Whom Sigra has no opinion of must still prove who they are. */
static void
doctor_pam_abstain(struct doctor *d, const struct doctor_service *v)
{
	const struct doctor_case asked = {
		.sigra = STACK_CODE(STACK_PAM_IGNORE),
		.proving = DOCTOR_NO,
		.conditional = DOCTOR_NO,
		.rootok = DOCTOR_NO,
		.met = true,
	};
	char where[DOCTOR_WHERE_SIZE];

	if (!doctor_gets_in(v->stack, STACK_AUTH, asked))
		return;
	doctor_say(d, DOCTOR_ERROR, "pam-abstain-admits",
		   "let a module that proves something follow, such as "
		   "required pam_unix.so, and no pam_permit decide",
		   "%s: whom a rule of Sigra abstains from gets in with no "
		   "proof at all",
		   doctor_where(v, STACK_AUTH, where));
}

/* Ways around the module, but for pam_rootok's. */
static void
doctor_pam_bypass(struct doctor *d, const struct doctor_service *v,
		  enum stack_type type)
{
	struct doctor_case asked = { .sigra = DOCTOR_ANY,
				     .proving = DOCTOR_ANY,
				     .conditional = DOCTOR_NO,
				     .rootok = DOCTOR_NO };
	char where[DOCTOR_WHERE_SIZE];
	bool always = doctor_gets_in(v->stack, type, asked);

	asked.conditional = DOCTOR_ANY;
	if (!always && !doctor_gets_in(v->stack, type, asked))
		return;
	doctor_say(d, always ? DOCTOR_ERROR : DOCTOR_WARNING, "pam-bypass",
		   "put the line of pam_sigra above whatever is sufficient, "
		   "ends the stack or jumps",
		   "%s: %s", doctor_where(v, type, where),
		   always ? "a line above lets people in who never meet Sigra"
			  : "a condition above lets people in who never meet "
			    "Sigra");
}

/* Does the stack let in whom Sigra lets in, and whom it leaves alone? */
static void
doctor_pam_usable(struct doctor *d, const struct doctor_service *v,
		  enum stack_type type)
{
	const struct rule_subject root = { .phase = POLICY_PHASE_AUTH,
					   .service = v->name,
					   .host = d->c->host,
					   .user = "root",
					   .known = d->root_known };
	struct doctor_case asked = { .sigra = STACK_CODE(STACK_SUCCESS),
				     .proving = DOCTOR_ANY,
				     .conditional = DOCTOR_ANY,
				     .rootok = DOCTOR_NO,
				     .met = true };
	char where[DOCTOR_WHERE_SIZE];
	const struct rule *r;

	if (doctor_ask(v->stack, type, asked) == STACK_NEVER)
		doctor_say(d, DOCTOR_WARNING, "pam-nobody",
			   "see STACKS in pam_sigra(8)",
			   "%s: even whom Sigra allows is refused",
			   doctor_where(v, type, where));
	if (type != STACK_AUTH || d->rules == NULL)
		return;
	r = rule_first(d->rules, d->rule_count, &root);
	asked.sigra = STACK_CODE(STACK_PAM_IGNORE);
	if (r != NULL && r->action == POLICY_ACTION_ABSTAIN &&
	    doctor_ask(v->stack, type, asked) == STACK_NEVER)
		doctor_say(d, DOCTOR_WARNING, "pam-root",
			   "let required pam_unix.so follow, or put root "
			   "under Sigra: sigractl user add root",
			   "%s: rule %lld abstains for root, and no other "
			   "module can let root in",
			   doctor_where(v, STACK_AUTH, where),
			   (long long)r->position);
}

static void
doctor_pam_type(struct doctor *d, const struct doctor_service *v,
		enum stack_type type)
{
	struct doctor_case any = { .sigra = DOCTOR_ANY,
				   .proving = DOCTOR_ANY,
				   .conditional = DOCTOR_ANY,
				   .rootok = DOCTOR_ANY,
				   .met = true };
	char where[DOCTOR_WHERE_SIZE];

	if (!doctor_names_sigra(v->stack, type))
		return;
	if (doctor_ask(v->stack, type, any) == STACK_UNKNOWN) {
		doctor_say(d, DOCTOR_WARNING, "pam-tangled",
			   "make the stack simpler",
			   "%s: the stack is too large or too tangled to be "
			   "judged",
			   doctor_where(v, type, where));
		return;
	}
	if (!doctor_pam_refusal(d, v, type))
		doctor_pam_usable(d, v, type);
	if (type == STACK_AUTH)
		doctor_pam_abstain(d, v);
	if (type == STACK_AUTH || type == STACK_ACCOUNT)
		doctor_pam_bypass(d, v, type);
}

/* Logins by SSH key, cron and others meet account alone. */
static void
doctor_pam_account(struct doctor *d, const struct doctor_service *v)
{
	char where[DOCTOR_WHERE_SIZE];

	if (!doctor_names_sigra(v->stack, STACK_AUTH) ||
	    doctor_names_sigra(v->stack, STACK_ACCOUNT))
		return;
	doctor_say(d, DOCTOR_ERROR, "pam-no-account",
		   "add the account line of STACKS in pam_sigra(8)",
		   "%s: pam_sigra stands in auth but not in account, so a "
		   "login that skips auth, as by SSH key, never meets Sigra",
		   doctor_where(v, STACK_AUTH, where));
}

void
doctor_pam(struct doctor *d)
{
	unsigned before = d->count[DOCTOR_ERROR] + d->count[DOCTOR_WARNING];
	size_t n = 0;

	for (size_t i = 0; i < d->service_count; i++) {
		const struct doctor_service *v = &d->services[i];

		if (v->stack == NULL || v->included)
			continue;
		n++;
		doctor_pam_lines(d, v);
		for (unsigned type = 0; type < STACK_TYPES; type++)
			doctor_pam_type(d, v, (enum stack_type)type);
		doctor_pam_account(d, v);
	}
	if (d->count[DOCTOR_ERROR] + d->count[DOCTOR_WARNING] == before)
		doctor_say(d, DOCTOR_OK, "pam", "",
			   "%zu services name pam_sigra, without a hole", n);
}
