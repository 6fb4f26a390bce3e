/* SPDX-License-Identifier: MIT */
/* A QR code as a picture in a file. */
#ifndef SIGRACTL_IMAGE_H
#define SIGRACTL_IMAGE_H

#include <stdbool.h>

#include "base/fault.h"

enum image_kind {
	IMAGE_PNG = 1,
	IMAGE_SVG,
};

/* The QR code of TEXT, with its quiet zone, to FD, such as an errand's. */
enum status image_write(int fd, enum image_kind kind, const char *text,
			struct fault *f) MUST_USE;

#endif
