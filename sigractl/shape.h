/* SPDX-License-Identifier: MIT */
/* The shapes that several commands' --json share. */
#ifndef SIGRACTL_SHAPE_H
#define SIGRACTL_SHAPE_H

#include "admin/lock.h"
#include "admin/rules.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"

/* The members of each, as a row's `json` says them. */
#define SHAPE_ACCOUNT                                                         \
	"id,name,email,state,reason,created_at,updated_at,expires_at,"        \
	"expired,"                                                            \
	"delete_at,must_change"
#define SHAPE_RULE                                                            \
	"id,position,phases,action,require,account,service,host,user,group,"  \
	"network,note,unenrolled,unenrolled_until,trust_days,step_up,prompt," \
	"qr,qr_invert,uv,key_wait,key_paste"
#define SHAPE_FINDINGS "findings[severity,position,text]"
#define SHAPE_IMPORT "dry_run,rows[line,user,what,taken,note]"
#define SHAPE_IMPORT_KEYS "dry_run,origin,rows[line,user,what,taken,note]"
#define SHAPE_EXPLAIN                                                         \
	"user,service,phase,host,source,rule{" SHAPE_RULE                     \
	"},facts{known,account,enrolled[],usable[],shown[],enrollable[],"     \
	"declined[],weak[],place,must_change,unenrolled,"                     \
	"waived[],stepped[],prompt,clock_behind},"                            \
	"decision{step,reason,factor,walked[],others},"                       \
	"end{step,reason,passed[]}"
#define SHAPE_LOCK                                                            \
	"subject,user,account,source,factor,failed,last_at,locked,until"

json_t *shape_account(const struct store_account *acct, int64_t now);
json_t *shape_rule(const struct rule *r);
json_t *shape_findings(const struct admin_findings *found);
json_t *shape_lock(const struct admin_lock *lock);

/* Print an account's JSON, or else the line DONE. */
enum status shape_account_end(const struct cmd *c,
			      const struct store_account *acct,
			      const char *done, struct fault *f) MUST_USE;

/* Of an account's id: its name today, else the one the audit remembers; ""
 * when nobody knows. */
enum status shape_name_of(const struct cmd *c, const struct id *account,
			  char out[STORE_NAME_SIZE], struct fault *f) MUST_USE;

#endif
