/* SPDX-License-Identifier: MIT */
/* Draws a text of the test's choice as the commands draw theirs:
 *     draw show|invert TEXT
 *     draw FILE.png|FILE.svg TEXT */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/auto.h"
#include "sigractl/image.h"
#include "sigractl/picture.h"

/* By the ending of PATH, in either case. */
static bool
draw_kind(const char *path, enum image_kind *out)
{
	size_t len = strlen(path);

	if (len < 4)
		return false;
	if (strcasecmp(path + len - 4, ".png") == 0)
		*out = IMAGE_PNG;
	else if (strcasecmp(path + len - 4, ".svg") == 0)
		*out = IMAGE_SVG;
	else
		return false;
	return true;
}

static enum status
draw_image(const char *path, const char *text, struct fault *f)
{
	enum image_kind kind;
	AUTO_FD int fd = -1;

	if (!draw_kind(path, &kind))
		return fault(f, STATUS_INVALID, "neither .png nor .svg");
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return image_write(fd, kind, text, f);
}

int
main(int argc, char **argv)
{
	struct picture_way way = {
		.above = "Scan this:", .below = 1, .instead = "give it up"
	};
	struct fault f = { .text = "" };
	enum status st;
	bool shown;

	if (argc != 3 || setlocale(LC_ALL, "") == NULL)
		return 2;
	if (strcmp(argv[1], "show") == 0 || strcmp(argv[1], "invert") == 0) {
		way.invert = argv[1][0] == 'i';
		st = picture_show(argv[2], &way, &shown, &f);
	} else
		st = draw_image(argv[1], argv[2], &f);
	if (st == STATUS_OK)
		return 0;
	(void)fprintf(stderr, "%s: %s\n", status_name(st), f.text);
	return 1;
}
