/* SPDX-License-Identifier: MIT */
/* The shapes that several commands' --json share. */
#ifndef SIGRACTL_SHAPE_H
#define SIGRACTL_SHAPE_H

#include "admin/lock.h"
#include "admin/rules.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"
#include "store/people.h"
#include "store/trust.h"

/* The members of each, as a row's `json` says them. */
#define SHAPE_ACCOUNT                                                         \
	"id,name,email,state,reason,created_at,updated_at,expires_at,"        \
	"expired,"                                                            \
	"delete_at,strategy,must_change,kind,email_confirmed_at"
#define SHAPE_ATTRIBUTE "key,value,exported"
/* An organization that somebody belongs to. */
#define SHAPE_BELONGS "id,slug,name,role,joined_at,used_at"
#define SHAPE_TRUST "id,user,account,kind,shown,created_at,used_at"
#define SHAPE_AUDIT                                                           \
	"id,host,seq,at,action,outcome,actor,actor_name,effective,"           \
	"effective_name,target,target_name,org,service,tty,rhost,pid,meta"
#define SHAPE_AUDIT_WHOLE SHAPE_AUDIT ",org_slug,mac"
#define SHAPE_RULE                                                            \
	"id,position,phases,action,require,account,service,host,user,group,"  \
	"network,note,unenrolled,unenrolled_until,trust_days,step_up,prompt," \
	"qr,qr_invert,uv,key_wait,key_paste,org,org_choice,notice,"           \
	"new_source,invite,session_max,session_idle"
#define SHAPE_FINDINGS "findings[severity,position,text]"
#define SHAPE_IMPORT "dry_run,rows[line,user,what,taken,note]"
#define SHAPE_IMPORT_KEYS "dry_run,origin,rows[line,user,what,taken,note]"
#define SHAPE_EXPLAIN                                                         \
	"user,service,phase,host,source,rule{" SHAPE_RULE                     \
	"},facts{known,account,orgs[],enrolled[],usable[],shown[],"           \
	"enrollable[],"                                                       \
	"declined[],weak[],place,must_change,unenrolled,"                     \
	"waived[],stepped[],prompt,clock_behind,org,second},"                 \
	"decision{step,reason,factor,walked[],others},"                       \
	"end{step,reason,passed[]}"
#define SHAPE_LOCK                                                            \
	"subject,user,account,source,factor,failed,last_at,locked,until"

json_t *shape_account(const struct store_account *acct, int64_t now);
json_t *shape_trust(const struct store_trust *t, const char *user);
json_t *shape_attribute(const struct store_attribute *at);
json_t *shape_belongs(const struct store_member *m, const struct store_org *o);
/* A new reference; organizations by their slugs. */
enum status shape_rule(struct store *s, const struct rule *r, json_t **out,
		       struct fault *f) MUST_USE;
json_t *shape_findings(const struct admin_findings *found);
json_t *shape_lock(const struct admin_lock *lock);

/* Who stands in a row of the audit: names, where an id is an account's, else
 * "". */
struct shape_people {
	char actor[STORE_NAME_SIZE];
	char effective[STORE_NAME_SIZE];
	char target[STORE_NAME_SIZE];
};
enum status shape_people_of(const struct cmd *c, const struct store_audit *a,
			    struct shape_people *out, struct fault *f)
	MUST_USE;
json_t *shape_audit(const struct store_audit *a,
		    const struct shape_people *people);

/* Print an account's JSON, or else the line DONE. */
enum status shape_account_end(const struct cmd *c,
			      const struct store_account *acct,
			      const char *done, struct fault *f) MUST_USE;

/* Of an account's id: its name today, else the one the audit remembers; ""
 * when nobody knows. */
enum status shape_name_of(const struct cmd *c, const struct id *account,
			  char out[STORE_NAME_SIZE], struct fault *f) MUST_USE;

#endif
