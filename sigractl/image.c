/* SPDX-License-Identifier: MIT */
#include "sigractl/image.h"

#include <malloc.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "qr/qr.h"

#define IMAGE_SIDE_MAX (QR_MODULES_MAX + 2 * QR_QUIET)
#define IMAGE_PIXELS 8 /* a module; of one bit: a byte of a PNG's row */

/* What libpng is busy with. */
struct image_png {
	int fd;
	struct fault *f;
	enum status st; /* of the last write */
	png_byte row[IMAGE_SIDE_MAX];
};

static void
image_png_put(png_structp png, png_bytep bytes, size_t len)
{
	struct image_png *p = png_get_io_ptr(png);

	p->st = file_write(p->fd, bytes, len, p->f);
	if (p->st != STATUS_OK)
		png_error(png, "cannot write");
}

static void
image_png_flush(png_structp png)
{
	(void)png;
}

/* The default handlers would print. */
static void
image_png_error(png_structp png, png_const_charp why)
{
	(void)why;
	png_longjmp(png, 1);
}

static void
image_png_warning(png_structp png, png_const_charp why)
{
	(void)png;
	(void)why;
}

static png_voidp
image_png_malloc(png_structp png, size_t size)
{
	(void)png;
	return malloc(size);
}

/* Rows and their compressed form tell the secret. */
static void
image_png_free(png_structp png, png_voidp p)
{
	(void)png;
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* Row Y of the picture, in modules. */
static void
image_png_row(const struct qr_code *code, unsigned y, png_byte *row)
{
	memset(row, 0xff, IMAGE_SIDE_MAX);
	if (y < QR_QUIET || y - QR_QUIET >= code->width)
		return;
	for (unsigned x = 0; x < code->width; x++)
		if (code->dark[(y - QR_QUIET) * code->width + x])
			row[QR_QUIET + x] = 0x00;
}

/* False when libpng gave up, which jumps back here. */
static bool
image_png_run(png_structp png, png_infop info, const struct qr_code *code,
	      struct image_png *p)
{
	unsigned side = code->width + 2 * QR_QUIET;

	if (setjmp(png_jmpbuf(png)) != 0)
		return false;
	png_set_write_fn(png, p, image_png_put, image_png_flush);
	png_set_IHDR(png, info, side * IMAGE_PIXELS, side * IMAGE_PIXELS, 1,
		     PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (unsigned y = 0; y < side * IMAGE_PIXELS; y++) {
		image_png_row(code, y / IMAGE_PIXELS, p->row);
		png_write_row(png, p->row);
	}
	png_write_end(png, NULL);
	return true;
}

static enum status
image_png(int fd, const struct qr_code *code, struct fault *f)
{
	struct image_png p = { .fd = fd, .f = f, .st = STATUS_OK };
	png_structp png = png_create_write_struct_2(
		PNG_LIBPNG_VER_STRING, NULL, image_png_error,
		image_png_warning, NULL, image_png_malloc, image_png_free);
	png_infop info = png == NULL ? NULL : png_create_info_struct(png);
	bool done = info != NULL && image_png_run(png, info, code, &p);

	png_destroy_write_struct(&png, &info);
	explicit_bzero(p.row, sizeof(p.row));
	if (p.st != STATUS_OK)
		return p.st;
	if (!done)
		return fault(f, STATUS_SYSTEM, "cannot make a PNG picture");
	return STATUS_OK;
}

/* Of the largest code at worst each other module is a run, "M80 80h1v1h-1z",
 * and there are a few lines around them. */
#define IMAGE_SVG_SIZE 65536
_Static_assert(QR_MODULES_MAX *((QR_MODULES_MAX + 1) / 2) * 16 + 1024 <=
		       IMAGE_SVG_SIZE,
	       "the largest code as SVG");

struct image_svg {
	char text[IMAGE_SVG_SIZE];
};

static void
image_svg_wipe(struct image_svg *s)
{
	explicit_bzero(s, sizeof(*s));
}

static void
image_svg_runs(const struct qr_code *code, struct buf *b)
{
	for (unsigned y = 0; y < code->width; y++) {
		const bool *row = code->dark + y * code->width;
		unsigned x = 0;

		while (x < code->width) {
			unsigned from = x;

			while (x < code->width && row[x] == row[from])
				x++;
			if (row[from])
				buf_printf(b, "M%u %uh%uv1h-%uz",
					   from + QR_QUIET, y + QR_QUIET,
					   x - from, x - from);
		}
	}
}

static enum status
image_svg(int fd, const struct qr_code *code, struct fault *f)
{
	unsigned side = code->width + 2 * QR_QUIET;
	__attribute__((cleanup(image_svg_wipe))) struct image_svg s;
	struct buf b;

	buf_start(&b, s.text, sizeof(s.text));
	buf_printf(&b,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
		   "height=\"%u\" viewBox=\"0 0 %u %u\" "
		   "shape-rendering=\"crispEdges\">\n"
		   "<rect width=\"%u\" height=\"%u\" fill=\"#fff\"/>\n"
		   "<path fill=\"#000\" d=\"",
		   side * IMAGE_PIXELS, side * IMAGE_PIXELS, side, side, side,
		   side);
	image_svg_runs(code, &b);
	buf_text(&b, "\"/>\n</svg>\n");
	if (b.full)
		return fault(f, STATUS_SYSTEM, "cannot make an SVG picture");
	return file_write(fd, s.text, b.len, f);
}

enum status
image_write(int fd, enum image_kind kind, const char *text, struct fault *f)
{
	enum status st;
	QR_CODE(code);

	if ((st = qr_encode(text, &code, f)) != STATUS_OK)
		return st;
	return kind == IMAGE_PNG ? image_png(fd, &code, f)
				 : image_svg(fd, &code, f);
}
