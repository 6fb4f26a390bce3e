/* SPDX-License-Identifier: MIT */
/* Findings in words. */
#include "audit/verify.h"

#include "base/buf.h"

static const struct {
	const char *name;
	/* FIRST and LAST take the place of %1 and %2, OTHER of %3, the key's
	 * of %k; MANY is for more than one row. */
	const char *one, *many;
} say_kinds[] = {
	[VERIFY_REMOVED] = { "removed", "row %1 was removed",
			     "rows %1 to %2 were removed" },
	[VERIFY_ALTERED] = { "altered", "row %1 was altered",
			     "rows %1 to %2 were altered, or are of another "
			     "chain" },
	[VERIFY_INSERTED] = { "inserted", "row %1 was inserted",
			      "rows %1 to %2 were inserted" },
	[VERIFY_MOVED] = { "moved", "row %1 is what was written as row %3",
			   NULL },
	[VERIFY_SWAPPED] = { "swapped", "rows %1 and %3 were swapped", NULL },
	[VERIFY_BARE] = { "no_mac",
			  "row %1 has no MAC, in a chain of rows "
			  "that have",
			  "rows %1 to %2 have no MAC, in a chain of rows that "
			  "have" },
	[VERIFY_TWICE] = { "out_of_order",
			   "row %1 is there twice, or not in its order",
			   "rows %1 to %2 are there twice, or not in their "
			   "order" },
	[VERIFY_UNREADABLE] = { "unreadable", "row %1 cannot be read", NULL },
	[VERIFY_SPLICED] = { "spliced", NULL,
			     "rows %1 to %2, the last, are not of this chain: "
			     "another one takes its place" },
	[VERIFY_OTHER_KEY] = { "other_key",
			       "row %1 is of the key %k, which was not given: "
			       "it is not proved",
			       "rows %1 to %2 are of the key %k, which was "
			       "not given: they are not proved" },
	[VERIFY_BEGINNING] = { "beginning",
			       "row %1 is not there, and no row that is "
			       "proved says it was pruned",
			       "rows %1 to %2 are not there, and no row that "
			       "is proved says they were pruned" },
	[VERIFY_CUT] = { "cut",
			 "row %1, the last that was written, is not there: "
			 "the end was cut off",
			 "rows %1 to %2, the last that were written, are not "
			 "there: the end was cut off" },
	[VERIFY_FILE] = { "file",
			  "the chain's file does not fit the rows up to %1: "
			  "one of them is of another time, or another store",
			  NULL },
	[VERIFY_ANCHOR] = { "anchor",
			    "the rows up to %1 are not those of the anchor: "
			    "the store was rolled back and written anew, or "
			    "is another",
			    NULL },
	[VERIFY_UNANCHORED] = { "anchor_gone",
				"the head behind row %1 cannot be compared "
				"with the anchor: rows up to it are not "
				"there, or not proved; take a later anchor",
				NULL },
	[VERIFY_BEFORE] = { "before",
			    "the rows up to %1 are not those that the next "
			    "key was made behind: they were rolled back, or "
			    "written anew",
			    NULL },
	[VERIFY_NO_FILE] = { "no_file",
			     "the chain's file is missing or damaged: whether "
			     "the end was cut off is not proved; of a copy of "
			     "the store verify an export, by --in and "
			     "--anchor",
			     NULL },
	[VERIFY_LOST] = { "lost",
			  "row %1 is lost, as row %3 declares: if you know "
			  "why, --allow-lost %1",
			  "rows %1 to %2 are lost, as row %3 declares: if you "
			  "know why, --allow-lost %1-%2" },
	[VERIFY_HEADLESS] = { "pruned_broken", NULL,
			      "rows %1 to %2 were pruned, and row %3, which "
			      "says so, does not prove that they were whole: "
			      "if you know why, --allow-lost %1-%2" },
	[VERIFY_YOUNG] = { "pruned_early", NULL,
			   "rows %1 to %2 were pruned, some of them in less "
			   "than 30 days, as row %3 tells: if you know why, "
			   "--allow-lost %1-%2" },
	[VERIFY_UNTIED] = { "untied",
			    "the key of row %3 was made without the chain's "
			    "file: whether rows behind %1 were cut off is not "
			    "proved; if you know why, --allow-lost %3",
			    NULL },
	[VERIFY_UNCHAINED] = { "unchained",
			       "row %1 is of no chain, which had ended until "
			       "row %3 began another: if you know why, "
			       "--allow-lost %1",
			       "rows %1 to %2 are of no chain, which had "
			       "ended "
			       "until row %3 began another: if you know why, "
			       "--allow-lost %1-%2" },
	[VERIFY_ENDED] = { "ended", "row %1 is of no chain, as is known",
			   "rows %1 to %2 are of no chain, as is known" },
	[VERIFY_NO_ROW] = { "key_unused",
			    "the key %k, of row %1 and those behind it, "
			    "proves no row: they are gone, or of another "
			    "store",
			    NULL },
	[VERIFY_RESTORED] = { "restored", "row %1 is lost, as is known",
			      "rows %1 to %2 are lost, as is known" },
	[VERIFY_PRUNED] = { "pruned", "row %1 was pruned, as row %3 tells",
			    "rows %1 to %2 were pruned, as row %3 tells" },
	[VERIFY_EARLIER] = { "earlier",
			     "row %1 is from before the chain, or the keys "
			     "that were given: it is not proved",
			     "rows %1 to %2 are from before the chain, or the "
			     "keys that were given: they are not proved" },
	[VERIFY_UNKEYED] = { "unkeyed",
			     "no key was given for its rows: %3 not proved",
			     NULL },
	[VERIFY_CHAINLESS] = { "chainless", "no chain: %3 rows not proved",
			       NULL },
};

const char *
verify_kind_name(enum verify_kind kind)
{
	return say_kinds[kind].name;
}

static void
say_words(const char *words, const struct verify_finding *x, struct buf *b)
{
	for (; *words != '\0'; words++) {
		if (*words != '%') {
			buf_printf(b, "%c", *words);
			continue;
		}
		switch (*++words) {
		case '1':
			buf_printf(b, "%lld", (long long)x->first);
			break;
		case '2':
			buf_printf(b, "%lld", (long long)x->last);
			break;
		case '3':
			buf_printf(b, "%lld", (long long)x->other);
			break;
		default:
			buf_text(b, x->key);
		}
	}
}

void
verify_say(const struct verify_finding *x, char out[VERIFY_SAID_SIZE])
{
	const char *one = say_kinds[x->kind].one;
	const char *many = say_kinds[x->kind].many;
	bool several = many != NULL && (one == NULL || x->last != x->first);
	struct buf b;

	buf_start(&b, out, VERIFY_SAID_SIZE);
	if (x->host[0] != '\0')
		buf_printf(&b, "%s: ", x->host);
	/* The row itself is missing. */
	if (x->kind == VERIFY_ANCHOR && x->other != 0)
		one = "row %1, which the anchor names, is not there: the "
		      "store was rolled back, or the end cut off";
	say_words(several ? many : one, x, &b);
}
