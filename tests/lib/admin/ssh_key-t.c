/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "keys.h"

static void
check_add(struct fixture *x)
{
	struct admin_item item, again;
	long rows;

	CHECK_OK(
		keys_add_ssh(x, "ann", "laptop", sample_ed25519, false, &item),
		&x->f);
	CHECK_EQ(item.kind, ADMIN_ITEM_SSH_KEY);
	CHECK_STR(admin_item_label(&item), "laptop");
	CHECK_STR(admin_item_word(&item), "ssh-key");
	CHECK_STR(item.row.ssh_key.type, "ssh-ed25519");
	CHECK(strncmp(fixture_last(x), "ssh_key.enrolled success ", 25) == 0);
	CHECK(strstr(fixture_last(x), "\"fingerprint\":\"SHA256:") != NULL);
	CHECK_OK(admin_item_find(&x->admin, "ann", "laptop", &again, &x->f),
		 &x->f);
	CHECK_EQ(again.row.ssh_key.blob_len, item.row.ssh_key.blob_len);
	rows = fixture_rows(x);
	CHECK_EQ(keys_add_ssh(x, "ann", "laptop", sample_rsa, false, &item),
		 STATUS_CONFLICT);
	CHECK(strstr(x->f.text, "--label") != NULL);
	CHECK_EQ(keys_add_ssh(x, "ann", "again", sample_ed25519, false, &item),
		 STATUS_CONFLICT);
	CHECK(strstr(x->f.text, "has this key already") != NULL);
	CHECK_EQ(keys_add_ssh(x, "zoe", "", sample_rsa, false, &item),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
	/* It may be another account's as well. */
	CHECK_OK(
		keys_add_ssh(x, "bob", "laptop", sample_ed25519, false, &item),
		&x->f);
}

static void
check_authority(struct fixture *x)
{
	struct admin_item item;

	CHECK_EQ(keys_add_ssh(x, "ann", "c", sample_user_cert, false, &item),
		 STATUS_INVALID);
	CHECK(strstr(x->f.text, "--ca") != NULL);
	CHECK_EQ(keys_add_ssh(x, "ann", "c", sample_user_cert, true, &item),
		 STATUS_INVALID);
	CHECK(strstr(x->f.text, "public key of the authority") != NULL);
	CHECK_OK(
		keys_add_ssh(x, "ann", "house", sample_authority, true, &item),
		&x->f);
	CHECK_STR(admin_item_word(&item), "ssh-ca");
	CHECK(strstr(fixture_last(x), "\"kind\":\"ssh-ca\"") != NULL);
}

static void
check_label(struct fixture *x)
{
	struct admin_item item;
	struct sshkey key;
	char comment[65];
	char label[STORE_LABEL_SIZE + 1];

	CHECK_OK(sshkey_line_parse(sample_ec256, strlen(sample_ec256), &key,
				   comment, sizeof(comment), &x->f),
		 &x->f);
	CHECK_OK(admin_ssh_key_add(&x->admin, "cat", "", &key, "cat@home",
				   false, &item, &x->f),
		 &x->f);
	CHECK_STR(admin_item_label(&item), "cat@home");
	CHECK_OK(sshkey_line_parse(sample_ec384, strlen(sample_ec384), &key,
				   comment, sizeof(comment), &x->f),
		 &x->f);
	CHECK_OK(admin_ssh_key_add(&x->admin, "cat", "", &key, "cat@home",
				   false, &item, &x->f),
		 &x->f);
	CHECK_STR(admin_item_label(&item), "cat@home 2");
	CHECK_OK(sshkey_line_parse(sample_ec521, strlen(sample_ec521), &key,
				   comment, sizeof(comment), &x->f),
		 &x->f);
	/* One that could be no label. */
	CHECK_OK(admin_ssh_key_add(&x->admin, "cat", "", &key, "a:b", false,
				   &item, &x->f),
		 &x->f);
	CHECK_STR(admin_item_label(&item), "ssh key");
	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	CHECK_EQ(admin_ssh_key_add(&x->admin, "cat", label, &key, "", false,
				   &item, &x->f),
		 STATUS_INVALID);
}

int
main(void)
{
	struct store_account a;
	struct fixture x;

	fixture_start(&x, "ssh_key");
	keys_account(&x, "ann", &a);
	keys_account(&x, "bob", &a);
	keys_account(&x, "cat", &a);
	check_add(&x);
	check_authority(&x);
	check_label(&x);
	fixture_stop(&x);
	return test_done();
}
