/* SPDX-License-Identifier: MIT */
/* How much Argon2id this host can do in the time that one login may take. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"

#define CALIBRATE_RUNS 3
#define CALIBRATE_START_KIB 65536
#define CALIBRATE_PASSES 3 /* never fewer: memory is given up first */
#define CALIBRATE_DEFAULT "250"

struct calibrate {
	int64_t wanted; /* milliseconds */
	uint32_t memory_max;
	bool progress;
	struct crypto_argon2 cost; /* the best so far */
	double took;		   /* milliseconds that it takes */
};

static double
calibrate_clock(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
calibrate_order(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The median of a few runs.  A first one that is far too long is enough. */
static enum status
calibrate_measure(const struct calibrate *m, const struct crypto_argon2 *cost,
		  double *out, struct fault *f)
{
	static const char text[] = "a password of usual length";
	uint8_t salt[CRYPTO_SALT_SIZE], tag[CRYPTO_TAG_SIZE];
	double took[CALIBRATE_RUNS];
	size_t n = 0;
	enum status st;
	SECRET(password);

	st = secret_set(&password, text, sizeof(text) - 1, f);
	crypto_random(salt, sizeof(salt));
	while (st == STATUS_OK && n < CALIBRATE_RUNS) {
		double start = calibrate_clock();

		st = crypto_argon2id(&password, salt, cost, tag, f);
		took[n++] = calibrate_clock() - start;
		if (took[n - 1] > 2.0 * (double)m->wanted)
			break;
	}
	if (st != STATUS_OK)
		return st;
	qsort(took, n, sizeof(took[0]), calibrate_order);
	*out = took[n / 2];
	if (m->progress)
		(void)fprintf(stderr, "%8u KiB, %2u passes: %.0f ms\n",
			      cost->memory_kib, cost->passes, *out);
	return STATUS_OK;
}

/* Does it fit?  Then it is the best so far.  Memory that is not to be had is
 * only too much. */
static enum status
calibrate_try(struct calibrate *m, uint32_t memory, uint32_t passes,
	      bool *fits, struct fault *f)
{
	const struct crypto_argon2 cost = { .memory_kib = memory,
					    .passes = passes,
					    .lanes = 1 };
	struct fault why = { .text = "" };
	double took = 0;
	enum status st = calibrate_measure(m, &cost, &took, &why);

	*fits = false;
	if (st == STATUS_UNAVAILABLE && memory > CRYPTO_ARGON2_MEMORY_MIN)
		return STATUS_OK;
	if (st != STATUS_OK)
		return fault(f, st, "%s", why.text);
	*fits = took <= (double)m->wanted;
	/* The first is taken as it is, for want of a better one. */
	if (*fits || m->cost.memory_kib == 0 || took < m->took) {
		m->cost = cost;
		m->took = took;
	}
	return STATUS_OK;
}

/* Up by powers of two while it fits, or else down until it does. */
static enum status
calibrate_memory(struct calibrate *m, bool *fits, struct fault *f)
{
	uint32_t memory = CALIBRATE_START_KIB;
	enum status st;
	bool more;

	while (memory > m->memory_max)
		memory /= 2;
	st = calibrate_try(m, memory, CALIBRATE_PASSES, fits, f);
	while (st == STATUS_OK && !*fits &&
	       memory / 2 >= CRYPTO_ARGON2_MEMORY_MIN) {
		memory /= 2;
		st = calibrate_try(m, memory, CALIBRATE_PASSES, fits, f);
	}
	more = *fits && memory >= CALIBRATE_START_KIB;
	while (st == STATUS_OK && more && memory <= m->memory_max / 2) {
		memory *= 2;
		st = calibrate_try(m, memory, CALIBRATE_PASSES, &more, f);
	}
	return st;
}

static enum status
calibrate_passes(struct calibrate *m, struct fault *f)
{
	bool fits = true;
	enum status st = STATUS_OK;

	while (st == STATUS_OK && fits &&
	       m->cost.passes < CRYPTO_ARGON2_PASSES_MAX) {
		/* What cannot fit is not waited for. */
		if (m->took * (m->cost.passes + 1) / m->cost.passes >
		    1.1 * (double)m->wanted)
			break;
		st = calibrate_try(m, m->cost.memory_kib, m->cost.passes + 1,
				   &fits, f);
	}
	return st;
}

/* A quarter of what the machine has: logins come several at once. */
static uint32_t
calibrate_memory_default(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t kib = pages > 0 && size > 0
			       ? (uint64_t)pages * (uint64_t)size / 4096
			       : CALIBRATE_START_KIB;

	if (kib < CRYPTO_ARGON2_MEMORY_MIN)
		return CRYPTO_ARGON2_MEMORY_MIN;
	return kib > CRYPTO_ARGON2_MEMORY_MAX ? CRYPTO_ARGON2_MEMORY_MAX
					      : (uint32_t)kib;
}

static enum status
calibrate_options(const struct cmd *c, struct calibrate *m, struct fault *f)
{
	const char *wanted = cmd_option(c, "milliseconds");
	const char *memory = cmd_option(c, "memory");
	int64_t n;

	if (!text_number(wanted == NULL ? CALIBRATE_DEFAULT : wanted, 10,
			 10000, &m->wanted))
		return fault(f, STATUS_INVALID,
			     "--milliseconds: '%s' is no number from 10 to "
			     "10000",
			     wanted);
	m->memory_max = calibrate_memory_default();
	if (memory == NULL)
		return STATUS_OK;
	if (!text_number(memory, CRYPTO_ARGON2_MEMORY_MIN,
			 CRYPTO_ARGON2_MEMORY_MAX, &n))
		return fault(f, STATUS_INVALID,
			     "--memory: '%s' is no number of KiB from %d to "
			     "%u",
			     memory, CRYPTO_ARGON2_MEMORY_MIN,
			     CRYPTO_ARGON2_MEMORY_MAX);
	m->memory_max = (uint32_t)n;
	return STATUS_OK;
}

static enum status
calibrate_end(const struct cmd *c, const struct calibrate *m, bool fits,
	      struct fault *f)
{
	AUTO_JSON *j = NULL;

	if (!fits)
		out_warning("even the least that is safe takes longer than "
			    "wanted here");
	if (!c->json) {
		out_line("# One login takes %.0f ms of this processor; wanted "
			 "were %lld.",
			 m->took, (long long)m->wanted);
		out_line("[argon2]");
		out_line("memory_kib = %u", m->cost.memory_kib);
		out_line("passes = %u", m->cost.passes);
		out_line("lanes = %u", m->cost.lanes);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "memory_kib", json_integer(m->cost.memory_kib));
	out_put(j, "passes", json_integer(m->cost.passes));
	out_put(j, "lanes", json_integer(m->cost.lanes));
	out_put(j, "milliseconds", json_integer((json_int_t)(m->took + 0.5)));
	out_put(j, "wanted", json_integer(m->wanted));
	out_put(j, "reached", json_boolean(fits));
	return out_json(j, f);
}

enum status
cmd_calibrate(struct cmd *c, struct fault *f)
{
	struct calibrate m = { .progress = isatty(STDERR_FILENO) == 1 };
	bool fits = false;
	enum status st;

	if ((st = calibrate_options(c, &m, f)) != STATUS_OK ||
	    (st = crypto_start(f)) != STATUS_OK ||
	    (st = calibrate_memory(&m, &fits, f)) != STATUS_OK)
		return st;
	if (fits && (st = calibrate_passes(&m, f)) != STATUS_OK)
		return st;
	return calibrate_end(c, &m, fits, f);
}
