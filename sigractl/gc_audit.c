/* SPDX-License-Identifier: MIT */
#include "sigractl/gc_audit.h"

#include "admin/audit.h"
#include "audit/line.h"
#include "base/buf.h"
#include "base/text.h"

enum status
gc_audit_prune(const struct cmd *c, bool dry, int64_t *pruned, struct fault *f)
{
	struct admin_audit_prune p = { .dry = dry };
	int64_t kept;
	enum status st;

	*pruned = 0;
	if ((st = admin_audit_kept(&c->admin, &kept, f)) != STATUS_OK ||
	    kept == 0)
		return st;
	p.before = c->now - kept;
	return admin_audit_prune(&c->admin, &p, pruned, f);
}

enum status
gc_audit_head(const struct cmd *c, struct fault *f)
{
	char hex[2 * CHAIN_HEAD_SIZE + 1], line[AUDIT_LINE_SIZE];
	enum status st;
	struct buf b;
	bool tell;
	AUDIT_LINK(link);

	if ((st = audit_link_find(c->store, &link, f)) != STATUS_OK ||
	    !link.chained || c->audit.sink == NULL ||
	    (st = admin_audit_tell(&c->admin, link.at.next - 1, &tell, f)) !=
		    STATUS_OK ||
	    !tell)
		return st;
	text_hex(link.at.head, sizeof(link.at.head), hex);
	buf_start(&b, line, sizeof(line));
	buf_text(&b, "sigra audit head host=");
	if (audit_plain(link.at.host))
		buf_text(&b, link.at.host);
	else
		buf_quoted(&b, link.at.host);
	buf_printf(&b, " seq=%lld head=%s", (long long)(link.at.next - 1),
		   hex);
	c->audit.sink(c->audit.sink_ctx, line);
	return STATUS_OK;
}
