/* SPDX-License-Identifier: MIT */
#include "admin/item.h"

#include "admin/password.h"
#include "admin/rules.h"
#include "admin/way.h"
#include "device.h"
#include "keys.h"

static struct softkey key;

/* A phone, a security key and an SSH key, all of ann's. */
static void
fill(struct fixture *x)
{
	struct admin_item item;
	bool codes;
	SECRET(secret);
	CODE_SET(backup);

	(void)device_add(x, "ann", STORE_TOTP, "phone", &secret, &backup,
			 &codes);
	CHECK_OK(keys_add(x, "ann", "blue", &key, 1, &item), &x->f);
	CHECK_OK(
		keys_add_ssh(x, "ann", "laptop", sample_ed25519, false, &item),
		&x->f);
}

static void
check_names(struct fixture *x)
{
	static const struct {
		const char *label, *to, *row;
	} all[] = { { "phone", "p", "otp.renamed success " },
		    { "blue", "b", "key.renamed success " },
		    { "laptop", "l", "ssh_key.renamed success " } };
	struct admin_item item;
	char label[STORE_LABEL_SIZE + 1];
	long rows = fixture_rows(x);

	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	CHECK_EQ(admin_item_find(&x->admin, "ann", "none", &item, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_item_find(&x->admin, "ann", label, &item, &x->f),
		 STATUS_NOT_FOUND);
	/* Another's is not found. */
	CHECK_EQ(admin_item_find(&x->admin, "bob", "blue", &item, &x->f),
		 STATUS_NOT_FOUND);
	for (size_t i = 0; i < 3; i++) {
		/* One name is one thing, of whichever kind. */
		CHECK_EQ(admin_item_rename(&x->admin, "ann", all[i].label,
					   all[(i + 1) % 3].label, &item,
					   &x->f),
			 STATUS_CONFLICT);
		CHECK_EQ(admin_item_rename(&x->admin, "ann", all[i].label, "",
					   &item, &x->f),
			 STATUS_INVALID);
		CHECK_EQ(admin_item_rename(&x->admin, "ann", all[i].label,
					   label, &item, &x->f),
			 STATUS_INVALID);
	}
	CHECK_EQ(
		admin_item_rename(&x->admin, "ann", "none", "a", &item, &x->f),
		STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
	for (size_t i = 0; i < 3; i++) {
		CHECK_OK(admin_item_rename(&x->admin, "ann", all[i].label,
					   all[i].to, &item, &x->f),
			 &x->f);
		CHECK_STR(admin_item_label(&item), all[i].to);
		CHECK(strncmp(fixture_last(x), all[i].row,
			      strlen(all[i].row)) == 0);
		CHECK(strstr(fixture_last(x), "\"to\":\"") != NULL);
		CHECK_EQ(admin_item_find(&x->admin, "ann", all[i].label, &item,
					 &x->f),
			 STATUS_NOT_FOUND);
		CHECK_OK(admin_item_rename(&x->admin, "ann", all[i].to,
					   all[i].label, &item, &x->f),
			 &x->f);
	}
}

/* What is enrolled takes none of the others' labels. */
static void
check_labels(struct fixture *x)
{
	struct otp_device d = device_of(STORE_TOTP, "blue");
	struct store_account acct;
	struct admin_item item;
	char made[STORE_LABEL_SIZE];

	CHECK_EQ(admin_enroll_ready(&x->admin, "ann", &d, &acct, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(keys_add(x, "ann", "phone", &key, 2, &item), STATUS_CONFLICT);
	CHECK_EQ(keys_add_ssh(x, "ann", "blue", sample_rsa, false, &item),
		 STATUS_CONFLICT);
	CHECK_OK(store_account_by_name(x->store, "ann", &acct, &x->f), &x->f);
	CHECK_OK(admin_label_make(&x->admin, &acct.id, "laptop", made, &x->f),
		 &x->f);
	CHECK_STR(made, "laptop 2");
}

static void
check_remove(struct fixture *x)
{
	static const struct {
		const char *label, *row;
		bool last;
	} all[] = { { "blue", "key.removed success ", false },
		    { "laptop", "ssh_key.removed success ", false },
		    { "phone", "otp.removed success ", true } };
	struct admin_removal r;
	long rows;

	for (size_t i = 0; i < 3; i++) {
		struct store_account was = device_account(x, "ann"), is;

		rows = fixture_rows(x);
		CHECK_OK(admin_item_would(&x->admin, "ann", all[i].label, &r,
					  &x->f),
			 &x->f);
		CHECK_EQ(r.last, all[i].last);
		CHECK(!r.stranded);
		is = device_account(x, "ann");
		CHECK_EQ(is.epoch, was.epoch);
		CHECK_EQ(fixture_rows(x), rows);
		CHECK_OK(admin_item_remove(&x->admin, "ann", all[i].label,
					   false, &r, &x->f),
			 &x->f);
		CHECK_EQ(r.last, all[i].last);
		is = device_account(x, "ann");
		CHECK_EQ(is.epoch, was.epoch + 1);
		CHECK_EQ(is.version, was.version + 1);
		CHECK(strncmp(fixture_last(x), all[i].row,
			      strlen(all[i].row)) == 0);
		CHECK_EQ(device_backup_left(x, &is.id),
			 all[i].last ? 0 : CODE_BACKUP_COUNT);
		CHECK_EQ(admin_item_remove(&x->admin, "ann", all[i].label,
					   true, &r, &x->f),
			 STATUS_NOT_FOUND);
	}
}

static void
rule_add(struct fixture *x, const char *require, const char *user)
{
	struct rule r = { .action = POLICY_ACTION_REQUIRE,
			  .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			  .position = 1,
			  .key_wait = RULE_KEY_WAIT_DEFAULT };
	struct admin_findings found;

	strncpy(r.user, user, sizeof(r.user) - 1);
	CHECK_OK(
		rule_require_parse(require, &r.alternatives, r.require, &x->f),
		&x->f);
	CHECK_OK(admin_rules_add(&x->admin, &r, &r, &found, &x->f), &x->f);
}

/* A key of which nobody knows that it can verify its user does not do alone.
 */
static void
check_weak(struct fixture *x)
{
	static const struct {
		uint32_t flags;
		uint8_t aaguid;
		bool weak;
	} cases[] = { { 0, 0, true },
		      { 0, 0xaa, false },
		      { STORE_KEY_UV, 0, false },
		      { STORE_KEY_UV | STORE_KEY_U2F, 0xaa, true } };
	const uint32_t bit = POLICY_BIT(POLICY_FACTOR_FIDO2);
	struct store_account acct;
	struct admin_way way;

	CHECK_OK(admin_account_find(&x->admin, "bob", &acct, &x->f), &x->f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct factor_env env = admin_factor_env(&x->admin);
		struct store_key row = { .account = acct.id,
					 .label = "weak",
					 .rp = KEYS_RP,
					 .credential = { 0x77 },
					 .credential_len = 1,
					 .algorithm = -8,
					 .public_len = 32,
					 .flags = cases[i].flags };
		STORE_TXN(txn);

		memset(row.aaguid, cases[i].aaguid, sizeof(row.aaguid));
		memset(row.public, 1, row.public_len);
		CHECK_OK(fido2_row_make(&env, &row, &x->f), &x->f);
		CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
		CHECK_OK(store_key_insert(x->store, &row, &x->f), &x->f);
		/* Not committed. */
		CHECK_OK(admin_way_read(&x->admin, &acct.id, &way, &x->f),
			 &x->f);
		CHECK_EQ(way.enrolled & bit, bit);
		CHECK_EQ((way.weak & bit) != 0, cases[i].weak);
	}
}

/* The last way in is not taken by accident. */
static void
check_stranded(struct fixture *x)
{
	struct store_account acct;
	struct admin_removal r;
	SECRET(word);

	CHECK_OK(secret_set(&word, "correct horse 7", 15, &x->f), &x->f);
	CHECK_OK(admin_password_set(&x->admin, "ann", &word, false, &acct,
				    &x->f),
		 &x->f);
	fill(x);
	rule_add(x, "password+fido2 | password+otp", "ann");
	CHECK_OK(
		admin_item_remove(&x->admin, "ann", "phone", false, &r, &x->f),
		&x->f);
	CHECK(!r.stranded);
	CHECK_OK(admin_item_would(&x->admin, "ann", "blue", &r, &x->f), &x->f);
	CHECK(r.stranded);
	CHECK_EQ(r.rule.position, 1);
	CHECK_EQ(admin_item_remove(&x->admin, "ann", "blue", false, &r, &x->f),
		 STATUS_REFUSED);
	CHECK(r.stranded);
	CHECK(strstr(x->f.text, "rule 1 (password+fido2") != NULL);
	CHECK(strstr(x->f.text, "--force") != NULL);
	CHECK_OK(admin_item_find(&x->admin, "ann", "blue", &r.item, &x->f),
		 &x->f);
	/* What no rule of hers names may go. */
	CHECK_OK(admin_item_remove(&x->admin, "ann", "laptop", false, &r,
				   &x->f),
		 &x->f);
	CHECK_OK(admin_item_remove(&x->admin, "ann", "blue", true, &r, &x->f),
		 &x->f);
	CHECK(strstr(fixture_last(x), "\"stranded\":\"yes\"") != NULL);
	/* A rule that is about somebody else. */
	fill(x);
	rule_add(x, "fido2", "bob");
	CHECK_OK(admin_item_remove(&x->admin, "ann", "blue", false, &r, &x->f),
		 &x->f);
}

int
main(void)
{
	struct store_account a;
	struct fixture x;

	softkey_make(&key, -7);
	fixture_start(&x, "item");
	keys_account(&x, "ann", &a);
	keys_account(&x, "bob", &a);
	keys_rp(&x, KEYS_RP);
	check_weak(&x);
	fill(&x);
	check_names(&x);
	check_labels(&x);
	check_remove(&x);
	check_stranded(&x);
	fixture_stop(&x);
	softkey_free(&key);
	return test_done();
}
