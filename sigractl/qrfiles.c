/* SPDX-License-Identifier: MIT */
#include "sigractl/qrfiles.h"

#include "sigractl/out.h"

/* The latest first: a child has the earlier ones' talk open, too, and nobody
 * hears the end of it while it lives. */
void
qrfiles_end(struct qrfiles *q)
{
	while (q->n > 0)
		errand_end(&q->file[--q->n].errand);
}

enum status
qrfiles_open(const struct cmd *c, struct qrfiles *q, struct fault *f)
{
	static const struct {
		const char *option;
		enum image_kind kind;
	} kinds[QRFILES_MAX] = { { "png", IMAGE_PNG }, { "svg", IMAGE_SVG } };
	enum status st;

	for (size_t i = 0; i < QRFILES_MAX; i++) {
		struct qrfile *file = &q->file[q->n];

		file->path = cmd_option(c, kinds[i].option);
		if (file->path == NULL)
			continue;
		file->kind = kinds[i].kind;
		file->errand =
			(struct errand){ .fd = -1, .talk = -1, .pid = -1 };
		q->n++;
		if ((st = errand_new(&c->actor, file->path, &file->errand,
				     f)) != STATUS_OK)
			return st;
	}
	if (q->n > 0 && cmd_option(c, "invert") != NULL)
		return fault(f, STATUS_INVALID,
			     "--invert is for the code on the terminal, not "
			     "for files");
	return STATUS_OK;
}

enum status
qrfiles_show(struct qrfiles *q, const char *text, struct fault *f)
{
	enum status st;

	for (size_t i = 0; i < q->n; i++) {
		struct qrfile *file = &q->file[i];

		if ((st = image_write(file->errand.fd, file->kind, text, f)) !=
			    STATUS_OK ||
		    (st = errand_show(&file->errand, f)) != STATUS_OK)
			return st;
	}
	return STATUS_OK;
}

void
qrfiles_keep(struct qrfiles *q)
{
	struct fault why = { .text = "" };

	for (size_t i = 0; i < q->n; i++)
		if (errand_keep(&q->file[i].errand, &why) != STATUS_OK)
			out_warning(why.text);
}
