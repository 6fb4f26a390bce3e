/* SPDX-License-Identifier: MIT */
#include "admin/invite.h"

#include <stdio.h>

#include "admin/account.h"
#include "admin/grant.h"
#include "admin/life.h"
#include "admin/service.h"
#include "audit/message.h"
#include "base/text.h"
#include "device.h"
#include "factor/code.h"

static void
person(struct fixture *x, const char *name, const char *email)
{
	const struct admin_account_new n = { .name = name, .email = email };
	struct store_account a;

	CHECK_OK(admin_account_add(&x->admin, &n, &a, &x->f), &x->f);
}

static enum status
invite(struct fixture *x, const char *address, enum store_role role,
       struct secret *code, struct admin_invite *out)
{
	const struct admin_invite_new n = { .slug = "acme",
					    .address = address,
					    .role = role,
					    .ttl = ADMIN_INVITE_TTL };

	return admin_invite_make(&x->admin, &n, code, out, &x->f);
}

/* Its address is confirmed from now on. */
static void
confirm(struct fixture *x, const char *name)
{
	struct store_account a = device_account(x, name);
	STORE_TXN(txn);

	a.email_at = x->admin.now;
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_account_update(x->store, &a, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static void
check_make(struct fixture *x)
{
	struct admin_invite_new n = { .slug = "acme",
				      .address = "new",
				      .role = STORE_ROLE_MEMBER };
	struct admin_invite i = { .row = { .made_by = "" } };
	long rows;
	SECRET(code);

	CHECK_OK(invite(x, "new", STORE_ROLE_ADMIN, &code, &i), &x->f);
	CHECK(code_shaped(&code));
	CHECK_STR(i.row.address, "new");
	CHECK_STR(i.row.made_by, "uid:1000");
	CHECK_EQ(i.row.expires_at, x->admin.now + 7 * 86400);
	CHECK(strstr(fixture_last(x), "invitation.created success") != NULL);
	CHECK(strstr(fixture_last(x), "new") == NULL);
	rows = fixture_rows(x);
	CHECK_EQ(invite(x, "new", STORE_ROLE_MEMBER, &code, &i),
		 STATUS_CONFLICT);
	CHECK_EQ(invite(x, "ann", STORE_ROLE_MEMBER, &code, &i),
		 STATUS_CONFLICT);
	CHECK_EQ(invite(x, "bot", STORE_ROLE_MEMBER, &code, &i),
		 STATUS_REFUSED);
	CHECK_EQ(invite(x, "no body", STORE_ROLE_MEMBER, &code, &i),
		 STATUS_INVALID);
	CHECK_EQ(invite(x, "a@", STORE_ROLE_MEMBER, &code, &i),
		 STATUS_INVALID);
	CHECK_EQ(invite(x, "", STORE_ROLE_MEMBER, &code, &i), STATUS_INVALID);
	for (int k = 0; k < 3; k++) {
		n.ttl = (const int64_t[]){ 0, -1,
					   ADMIN_INVITE_TTL_MAX + 1 }[k];
		CHECK_EQ(admin_invite_make(&x->admin, &n, &code, &i, &x->f),
			 STATUS_INVALID);
	}
	n.ttl = 60;
	n.mail = true;
	n.address = "other";
	CHECK_EQ(admin_invite_make(&x->admin, &n, &code, &i, &x->f),
		 STATUS_INVALID);
	n.slug = "nixx";
	n.mail = false;
	CHECK_EQ(admin_invite_make(&x->admin, &n, &code, &i, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
}

static bool
message_each(void *ctx, const struct store_message *m)
{
	*(struct store_message *)ctx = *m;
	return true;
}

/* The code goes into the outbox, sealed, with the address. */
static void
check_mail(struct fixture *x)
{
	const struct admin_invite_new n = { .slug = "acme",
					    .address = " New@Example.ORG ",
					    .role = STORE_ROLE_MEMBER,
					    .ttl = 60,
					    .mail = true };
	struct store_message m = { .event = "" };
	char address[STORE_EMAIL_SIZE] = "";
	struct admin_invite i;
	SECRET(code);
	SECRET(sent);

	CHECK_OK(admin_invite_make(&x->admin, &n, &code, &i, &x->f), &x->f);
	CHECK_STR(i.row.address, "new@example.org");
	CHECK_OK(store_message_new(x->store, message_each, &m, &x->f), &x->f);
	CHECK_STR(m.event, "invitation.created");
	CHECK_STR(m.org.s, i.org.id.s);
	CHECK_OK(audit_message_get(&x->keys, &m, address, &sent, &x->f),
		 &x->f);
	CHECK_STR(address, "new@example.org");
	CHECK(secret_equal(&sent, &code));
}

/* Whatever is wrong is one sentence, and nothing but a row of the audit. */
static void
refused(struct fixture *x, const char *user, const struct secret *code)
{
	long rows = fixture_rows(x);
	struct admin_member m;

	CHECK_EQ(admin_invite_accept(&x->admin, user, code, &m, &x->f),
		 STATUS_REFUSED);
	CHECK_STR(x->f.text, "this invitation cannot be accepted");
	CHECK_EQ(fixture_rows(x), rows + 1);
	CHECK(strstr(fixture_last(x), "invitation.accepted failure") != NULL);
}

static void
check_accept(struct fixture *x)
{
	struct admin_invite i;
	struct admin_member m;
	struct store_account a;
	SECRET(code);
	SECRET(none);

	CHECK_OK(secret_set(&none, "abcd-efgh-ijkl", 14, &x->f), &x->f);
	CHECK_OK(invite(x, "bob", STORE_ROLE_ADMIN, &code, &i), &x->f);
	refused(x, "bob", &none);
	CHECK_OK(secret_set(&none, "what", 4, &x->f), &x->f);
	refused(x, "bob", &none);
	/* For somebody else. */
	refused(x, "cat", &code);
	CHECK_EQ(admin_invite_accept(&x->admin, "zoe", &code, &m, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_account_disable(&x->admin, "bob", "away", &a, &x->f),
		 &x->f);
	refused(x, "bob", &code);
	CHECK_OK(admin_account_enable(&x->admin, "bob", &a, &x->f), &x->f);
	CHECK_OK(admin_invite_accept(&x->admin, "bob", &code, &m, &x->f),
		 &x->f);
	CHECK_EQ(m.row.role, STORE_ROLE_ADMIN);
	CHECK_STR(m.org.slug, "acme");
	CHECK(strstr(fixture_last(x), "invitation.accepted success") != NULL);
	CHECK_OK(store_member_get(x->store, &m.org.id, &m.account.id, &m.row,
				  &x->f),
		 &x->f);
	/* Used. */
	refused(x, "bob", &code);
	CHECK_OK(store_invitation_get(x->store, &i.org.id, &i.row.id, &i.row,
				      &x->f),
		 &x->f);
	CHECK_EQ(i.row.state, STORE_INVITATION_ACCEPTED);
	CHECK_STR(i.row.account.s, m.account.id.s);
	CHECK_STR(admin_invite_state(&i.row, x->admin.now), "accepted");
}

/* An address of mail counts only once it is confirmed. */
static void
check_address(struct fixture *x)
{
	struct admin_invite i;
	struct admin_member m;
	SECRET(code);

	CHECK_OK(invite(x, "Cat@Example.org", STORE_ROLE_MEMBER, &code, &i),
		 &x->f);
	refused(x, "cat", &code);
	confirm(x, "cat");
	CHECK_OK(admin_invite_accept(&x->admin, "cat", &code, &m, &x->f),
		 &x->f);
}

static void
check_ends(struct fixture *x)
{
	struct admin_invite i;
	struct admin_member m;
	SECRET(code);

	CHECK_OK(invite(x, "dan", STORE_ROLE_MEMBER, &code, &i), &x->f);
	CHECK_EQ(admin_invite_revoke(&x->admin, "mill", i.row.id.s, &i, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_invite_revoke(&x->admin, "acme", "what", &i, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_invite_revoke(&x->admin, "acme", i.row.id.s, &i, &x->f),
		 &x->f);
	CHECK_STR(admin_invite_state(&i.row, x->admin.now), "revoked");
	CHECK(strstr(fixture_last(x), "invitation.revoked success") != NULL);
	CHECK_EQ(admin_invite_revoke(&x->admin, "acme", i.row.id.s, &i, &x->f),
		 STATUS_CONFLICT);
	refused(x, "dan", &code);
	CHECK_OK(invite(x, "dan", STORE_ROLE_MEMBER, &code, &i), &x->f);
	x->admin.now += ADMIN_INVITE_TTL;
	CHECK_STR(admin_invite_state(&i.row, x->admin.now), "expired");
	refused(x, "dan", &code);
	/* One that has run out is in nobody's way. */
	CHECK_OK(invite(x, "dan", STORE_ROLE_MEMBER, &code, &i), &x->f);
	CHECK_OK(admin_invite_accept(&x->admin, "dan", &code, &m, &x->f),
		 &x->f);
	/* Already a member, by another way. */
	CHECK_OK(invite(x, "eve", STORE_ROLE_MEMBER, &code, &i), &x->f);
	CHECK_OK(admin_member_add(&x->admin, "acme", "eve", STORE_ROLE_MEMBER,
				  &m, &x->f),
		 &x->f);
	refused(x, "eve", &code);
}

/* Nobody invites somebody above himself. */
static void
check_ranks(struct fixture *x)
{
	struct admin_invite i;
	struct store_org acme;
	struct id bob = device_account(x, "bob").id;
	SECRET(code);

	CHECK_OK(admin_org_find(&x->admin, "acme", &acme, &x->f), &x->f);
	x->admin.org = &acme.id;
	x->admin.self = &bob;
	CHECK_EQ(invite(x, "above", STORE_ROLE_OWNER, &code, &i),
		 STATUS_DENIED);
	CHECK_OK(invite(x, "beside", STORE_ROLE_ADMIN, &code, &i), &x->f);
	/* Another organization's is as nobody's; root is nobody's secret. */
	CHECK_OK(invite(x, "bot", STORE_ROLE_MEMBER, &code, &i), &x->f);
	refused(x, "bot", &code);
	CHECK_EQ(invite(x, "root", STORE_ROLE_MEMBER, &code, &i),
		 STATUS_REFUSED);
	x->admin.org = x->admin.self = NULL;
	CHECK_OK(invite(x, "above", STORE_ROLE_OWNER, &code, &i), &x->f);
	x->admin.org = &acme.id;
	x->admin.self = &bob;
	CHECK_EQ(admin_invite_revoke(&x->admin, "acme", i.row.id.s, &i, &x->f),
		 STATUS_DENIED);
	x->admin.org = x->admin.self = NULL;
}

static enum store_invitation_state
state_of(struct fixture *x, const struct admin_invite *i)
{
	struct store_invitation row = { .state = STORE_INVITATION_ACCEPTED };

	CHECK_OK(store_invitation_get(x->store, &i->org.id, &i->row.id, &row,
				      &x->f),
		 &x->f);
	return row.state;
}

/* Invitations that SELF makes, or that are for him, at acme; and a stranger's
 * that has to stay. */
static void
invite_three(struct fixture *x, const struct id *self,
	     struct admin_invite i[3])
{
	SECRET(code);

	x->admin.self = self;
	CHECK_OK(invite(x, "fay@example.org", STORE_ROLE_ADMIN, &code, &i[0]),
		 &x->f);
	CHECK_STR(i[0].row.made_by, self->s);
	x->admin.self = NULL;
	CHECK_OK(invite(x, "gus@example.org", STORE_ROLE_ADMIN, &code, &i[1]),
		 &x->f);
	CHECK_OK(invite(x, "hal", STORE_ROLE_MEMBER, &code, &i[2]), &x->f);
}

static void
join(struct fixture *x, const char *slug, enum store_role role)
{
	struct admin_member m;

	CHECK_OK(admin_member_add(&x->admin, slug, "gus", role, &m, &x->f),
		 &x->f);
}

/* Whoever is put out comes back by no invitation of before. */
static void
check_recall(struct fixture *x)
{
	const struct admin_deletion gone = { .strategy = STORE_SOFT,
					     .days = 7 };
	struct admin_invite i[3], other;
	struct store_account a;
	struct admin_member m;
	struct id gus;

	x->admin.now += 2 * 86400;
	person(x, "gus", "gus@example.org");
	gus = device_account(x, "gus").id;
	join(x, "mill", STORE_ROLE_ADMIN);
	for (int how = 0; how < 4; how++) {
		join(x, "acme",
		     how == 3 ? STORE_ROLE_ADMIN : STORE_ROLE_OWNER);
		invite_three(x, &gus, i);
		if (how == 0)
			CHECK_OK(admin_member_remove(&x->admin, "acme", "gus",
						     &m, &x->f),
				 &x->f);
		else if (how == 1)
			CHECK_OK(admin_member_role(&x->admin, "acme", "gus",
						   STORE_ROLE_MEMBER, &m,
						   &x->f),
				 &x->f);
		else if (how == 2)
			CHECK_OK(admin_account_disable(&x->admin, "gus",
						       "left", &a, &x->f),
				 &x->f);
		else
			CHECK_OK(admin_account_delete(&x->admin, "gus", &gone,
						      &a, &x->f),
				 &x->f);
		CHECK_EQ(state_of(x, &i[0]), STORE_INVITATION_REVOKED);
		CHECK_EQ(state_of(x, &i[1]), STORE_INVITATION_REVOKED);
		CHECK_EQ(state_of(x, &i[2]), STORE_INVITATION_PENDING);
		CHECK_OK(admin_invite_revoke(&x->admin, "acme", i[2].row.id.s,
					     &other, &x->f),
			 &x->f);
		if (how == 2)
			CHECK_OK(admin_account_enable(&x->admin, "gus", &a,
						      &x->f),
				 &x->f);
		if (how == 1 || how == 2)
			CHECK_OK(admin_member_remove(&x->admin, "acme", "gus",
						     &m, &x->f),
				 &x->f);
	}
	CHECK_OK(admin_account_undelete(&x->admin, "gus", &a, &x->f), &x->f);
}

/* An administrator needs not belong to what he invites to. */
static void
check_dismissed(struct fixture *x)
{
	struct store_account a;
	struct admin_invite i;
	struct id ivy;
	int64_t apps;
	bool last;
	SECRET(code);

	person(x, "ivy", "ivy@example.org");
	ivy = device_account(x, "ivy").id;

	for (int how = 0; how < 2; how++) {
		CHECK_OK(
			admin_grant(&x->admin, "ivy", &last, &apps, &a, &x->f),
			&x->f);
		x->admin.self = &ivy;
		CHECK_OK(invite(x, "jon@example.org", STORE_ROLE_OWNER, &code,
				&i),
			 &x->f);
		x->admin.self = NULL;
		if (how == 0)
			CHECK_OK(admin_grant_revoke(&x->admin, "ivy", &last,
						    &a, &x->f),
				 &x->f);
		else
			CHECK_OK(admin_account_disable(&x->admin, "ivy",
						       "left", &a, &x->f),
				 &x->f);
		CHECK_EQ(state_of(x, &i), STORE_INVITATION_REVOKED);
		x->admin.now += 86400;
	}
}

/* More to say is no reason. */
static void
check_raised(struct fixture *x)
{
	struct id gus = device_account(x, "gus").id;
	struct admin_invite i[3];
	struct admin_member m;

	CHECK_OK(admin_member_role(&x->admin, "acme", "gus", STORE_ROLE_MEMBER,
				   &m, &x->f),
		 &x->f);
	invite_three(x, &gus, i);
	CHECK_OK(admin_member_role(&x->admin, "acme", "gus", STORE_ROLE_OWNER,
				   &m, &x->f),
		 &x->f);
	CHECK_EQ(state_of(x, &i[0]), STORE_INVITATION_PENDING);
	CHECK_EQ(state_of(x, &i[1]), STORE_INVITATION_PENDING);
}

/* 20 of one maker, 50 of one organization a day. */
static void
check_many(struct fixture *x)
{
	static const char *const makers[] = { "uid:1", "uid:2", "uid:3" };
	struct admin_invite i;
	char address[64];
	int made = 0;
	SECRET(code);

	x->admin.now += 2 * 86400;
	for (int maker = 0; maker < 3; maker++) {
		x->admin.actor = makers[maker];
		for (int n = 0; n < ADMIN_INVITES_MAKER; n++) {
			(void)snprintf(address, sizeof(address),
				       "p%d@%d.example", n, maker);
			if (invite(x, address, STORE_ROLE_MEMBER, &code, &i) !=
			    STATUS_OK)
				break;
			made++;
		}
		CHECK_EQ(made, maker == 2 ? ADMIN_INVITES_ORG
					  : (maker + 1) * ADMIN_INVITES_MAKER);
		CHECK_EQ(invite(x, "more@x.example", STORE_ROLE_MEMBER, &code,
				&i),
			 STATUS_REFUSED);
	}
	x->admin.now += 86401;
	CHECK_OK(invite(x, "more@x.example", STORE_ROLE_MEMBER, &code, &i),
		 &x->f);
	x->admin.actor = "uid:1000";
}

int
main(void)
{
	const struct admin_org_new acme = { .slug = "acme", .owner = "ann" };
	const struct admin_org_new mill = { .slug = "mill" };
	struct admin_service bot;
	struct store_org org;
	struct fixture x;

	fixture_start(&x, "invite");
	person(&x, "ann", NULL);
	person(&x, "bob", NULL);
	person(&x, "cat", "cat@example.org");
	person(&x, "dan", NULL);
	person(&x, "eve", NULL);
	CHECK_OK(admin_org_add(&x.admin, &acme, &org, &x.f), &x.f);
	CHECK_OK(admin_org_add(&x.admin, &mill, &org, &x.f), &x.f);
	CHECK_OK(admin_service_add(&x.admin, "bot", "mill", false, &bot, &x.f),
		 &x.f);
	check_make(&x);
	check_mail(&x);
	check_accept(&x);
	check_address(&x);
	check_ends(&x);
	check_ranks(&x);
	check_recall(&x);
	check_dismissed(&x);
	check_raised(&x);
	check_many(&x);
	fixture_stop(&x);
	return test_done();
}
