/* SPDX-License-Identifier: MIT */
#include "sigractl/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/io.h"

/* One byte more than an answer may have, so that a longer one shows. */
#define TTY_LINE_SIZE (ANSWER_MAX + 1)
#define TTY_PASTE_PAUSE                                                       \
	300 /* milliseconds without a byte: no paste goes on                  \
	     */

static const int tty_signals[] = { SIGALRM, SIGHUP,  SIGINT,  SIGPIPE, SIGQUIT,
				   SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
#define TTY_SIGNALS (sizeof(tty_signals) / sizeof(tty_signals[0]))

static volatile sig_atomic_t tty_caught;

static void
tty_catch(int sig)
{
	tty_caught = sig;
}

/* A line of the terminal, in memory that is wiped. */
struct tty_line {
	char *b;
	size_t size, len;
	const struct tty_paste *paste; /* NULL: it is typed */
	bool hidden;
	bool over;  /* longer than that: the rest was thrown away */
	bool ended; /* a newline came */
	int err;
};

static void
tty_line_wipe(struct tty_line *l)
{
	explicit_bzero(l->b, l->size);
}

#define TTY_LINE(name)                                                        \
	char name##_room[TTY_LINE_SIZE];                                      \
	__attribute__((cleanup(tty_line_wipe))) struct tty_line name = {      \
		.b = name##_room, .size = sizeof(name##_room)                 \
	}

static void
tty_write(int fd, const char *s)
{
	/* When it fails, reading will fail too. */
	status_ignore(file_write(fd, s, strlen(s), NULL),
		      "reading will fail, too");
}

/* Signals are let in only while waiting, so that none slips in between the
 * look at tty_caught and a read that never ends. */
static bool
tty_wait(int fd, const sigset_t *open)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (tty_caught == 0)
		if (ppoll(&p, 1, NULL, open) >= 0)
			return true;
	return false;
}

/* Does a newline end what is pasted?  If not, and nothing comes behind it, the
 * person is told that something has to. */
static bool
tty_paste_ended(int fd, const struct tty_line *l, size_t line)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (line == l->len || l->paste->end(l->b, l->len))
		return true;
	if (poll(&p, 1, TTY_PASTE_PAUSE) == 0)
		tty_write(fd, l->paste->more);
	return false;
}

/* EOF_CHAR: what ends the input where the terminal does not look at lines. */
static void
tty_line_read(int fd, const sigset_t *open, int eof_char, struct tty_line *l)
{
	size_t line = 0;

	l->len = 0;
	l->over = l->ended = false;
	l->err = 0;
	while (tty_wait(fd, open)) {
		char c = '\0';
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			l->err = errno;
		if (n <= 0 || (eof_char >= 0 && c == (char)eof_char))
			return;
		if (c == '\n') {
			l->ended = l->paste == NULL ||
				   tty_paste_ended(fd, l, line);
			if (l->ended)
				return;
			line = l->len;
			continue;
		}
		if (l->len < l->size)
			l->b[l->len++] = c;
		else
			l->over = true;
	}
}

/* Echo off, or lines as long as they are; ask; all as it was. */
static void
tty_changed(int fd, const char *prompt, const sigset_t *open,
	    struct tty_line *l)
{
	struct termios was, now;

	if (tcgetattr(fd, &was) == 0) {
		now = was;
		now.c_lflag &= l->hidden ? ~(tcflag_t)(ECHO | ECHONL)
					 : ~(tcflag_t)ICANON;
		if (!l->hidden) {
			now.c_cc[VMIN] = 1;
			now.c_cc[VTIME] = 0;
		}
		if (tcsetattr(fd, TCSAFLUSH, &now) == 0) {
			tty_write(fd, prompt);
			tty_line_read(fd, open,
				      l->hidden ? -1 : was.c_cc[VEOF], l);
			if (l->hidden)
				tty_write(fd, "\n");
			/* In the background SIGTTOU ends it. */
			while (tcsetattr(fd, TCSAFLUSH, &was) != 0 &&
			       errno == EINTR && tty_caught != SIGTTOU)
				continue;
			return;
		}
	}
	l->err = errno;
}

/* Ask once with our handlers in place; put everything back. */
static void
tty_round(int fd, const char *prompt, struct tty_line *l)
{
	struct sigaction act = { .sa_handler = tty_catch };
	struct sigaction old[TTY_SIGNALS];
	sigset_t held, open;

	tty_caught = 0;
	(void)sigemptyset(&act.sa_mask);
	(void)sigemptyset(&held);
	for (size_t i = 0; i < TTY_SIGNALS; i++) {
		(void)sigaction(tty_signals[i], &act, &old[i]);
		/* These two come from our own calls, and only if not held. */
		if (tty_signals[i] != SIGTTIN && tty_signals[i] != SIGTTOU)
			(void)sigaddset(&held, tty_signals[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &held, &open);
	if (!l->hidden && l->paste == NULL) {
		tty_write(fd, prompt);
		tty_line_read(fd, &open, -1, l);
	} else {
		tty_changed(fd, prompt, &open, l);
	}
	/* Before the handlers go: what is still held is caught, not lost. */
	(void)sigprocmask(SIG_SETMASK, &open, NULL);
	for (size_t i = 0; i < TTY_SIGNALS; i++)
		(void)sigaction(tty_signals[i], &old[i], NULL);
}

static enum status
tty_open(int *out, struct fault *f)
{
	*out = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (*out < 0)
		return fault(f, STATUS_INVALID,
			     "there is no terminal to ask on");
	return STATUS_OK;
}

enum status
tty_there(struct fault *f)
{
	AUTO_FD int fd = -1;

	return tty_open(&fd, f);
}

enum status
tty_show(const char *text, struct fault *f)
{
	AUTO_FD int fd = -1;
	enum status st;

	if ((st = tty_open(&fd, f)) != STATUS_OK)
		return st;
	return file_write(fd, text, strlen(text), f);
}

enum status
tty_output_begin(int *kept, struct fault *f)
{
	AUTO_FD int fd = -1;
	enum status st;
	int out;

	if ((st = tty_open(&fd, f)) != STATUS_OK)
		return st;
	(void)fflush(stdout);
	if ((out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)) < 0)
		return fault_errno(f, errno, "cannot keep standard output");
	if (dup2(fd, STDOUT_FILENO) < 0) {
		(void)close(out);
		return fault_errno(f, errno, "cannot use the terminal");
	}
	*kept = out;
	return STATUS_OK;
}

void
tty_output_end(int kept)
{
	(void)fflush(stdout);
	(void)dup2(kept, STDOUT_FILENO);
	(void)close(kept);
}

static enum status
tty_ask(const char *prompt, struct tty_line *l, struct fault *f)
{
	AUTO_FD int fd = -1;
	enum status st;

	if ((st = tty_open(&fd, f)) != STATUS_OK)
		return st;
	for (;;) {
		int sig;

		tty_round(fd, prompt, l);
		sig = tty_caught;
		if (sig == 0)
			break;
		(void)raise(sig);
		/* Here again: stopped and continued, or the signal is ignored
		 * by whoever started us. */
		if (sig != SIGTSTP && sig != SIGTTIN && sig != SIGTTOU)
			return fault(f, STATUS_CANCELLED, "cancelled");
	}
	if (l->err != 0)
		return fault_errno(f, l->err, "cannot read the terminal");
	if (!l->ended && l->len == 0)
		return fault(f, STATUS_CANCELLED, "no answer was given");
	return STATUS_OK;
}

enum status
tty_ask_secret(const char *prompt, struct secret *out, struct fault *f)
{
	enum status st;
	TTY_LINE(line);

	line.hidden = true;
	if ((st = tty_ask(prompt, &line, f)) != STATUS_OK)
		return st;
	if (line.over || line.len > ANSWER_MAX)
		return fault(f, STATUS_REFUSED, "that is longer than %d bytes",
			     ANSWER_MAX);
	return secret_set(out, line.b, line.len, f);
}

enum status
tty_ask_visible(const char *prompt, char *out, size_t size, struct fault *f)
{
	enum status st;
	TTY_LINE(line);

	if ((st = tty_ask(prompt, &line, f)) != STATUS_OK)
		return st;
	if (line.over || line.len >= size ||
	    memchr(line.b, '\0', line.len) != NULL)
		return fault(f, STATUS_INVALID, "that is no answer");
	memcpy(out, line.b, line.len);
	out[line.len] = '\0';
	return STATUS_OK;
}

enum status
tty_ask_paste(const char *prompt, const struct tty_paste *paste, char *out,
	      size_t size, struct fault *f)
{
	struct tty_line line = { .b = out, .size = size, .paste = paste };
	enum status st;

	if ((st = tty_ask(prompt, &line, f)) != STATUS_OK)
		return st;
	if (line.over || line.len >= size ||
	    memchr(line.b, '\0', line.len) != NULL)
		return fault(f, STATUS_INVALID, "that is more than one line");
	out[line.len] = '\0';
	return STATUS_OK;
}

/* Two lines with their newlines. */
#define TTY_STDIN_SIZE (2 * (ANSWER_MAX + 1))

/* All of standard input, as long as it is of a sane length. */
static enum status
tty_stdin_read(char *b, size_t size, size_t *len, struct fault *f)
{
	enum status st;

	if (isatty(STDIN_FILENO))
		return fault(f, STATUS_INVALID,
			     "standard input is a terminal: leave --stdin out "
			     "and be asked");
	st = file_read(STDIN_FILENO, b, size, len, f);
	if (st == STATUS_INVALID)
		return fault(f, STATUS_REFUSED,
			     "standard input holds more than the %d bytes of "
			     "one line",
			     ANSWER_MAX);
	return st;
}

static enum status
tty_stdin_line(const char *b, size_t len, struct secret *out, struct fault *f)
{
	const char *end = memchr(b, '\n', len);

	if (end != NULL && end != b + len - 1)
		return fault(f, STATUS_INVALID,
			     "standard input holds more than one line");
	if (end != NULL)
		len--;
	if (len > ANSWER_MAX)
		return fault(f, STATUS_REFUSED,
			     "the line is longer than %d bytes", ANSWER_MAX);
	if (memchr(b, '\0', len) != NULL)
		return fault(f, STATUS_REFUSED,
			     "the line holds a NUL byte, which no prompt can "
			     "take");
	return secret_set(out, b, len, f);
}

enum status
tty_stdin_secret(struct secret *out, struct fault *f)
{
	char b[TTY_STDIN_SIZE];
	enum status st;
	size_t len;

	st = tty_stdin_read(b, sizeof(b), &len, f);
	if (st == STATUS_OK)
		st = tty_stdin_line(b, len, out, f);
	explicit_bzero(b, sizeof(b));
	return st;
}

static enum status
tty_stdin_lines(const char *b, size_t len, struct secret *first,
		struct secret *second, struct fault *f)
{
	const char *end = memchr(b, '\n', len);
	size_t head = end == NULL ? len : (size_t)(end - b) + 1;
	const char *more = memchr(b + head, '\n', len - head);
	enum status st;

	if (head == len || (more != NULL && more != b + len - 1))
		return fault(f, STATUS_INVALID,
			     "standard input has to hold two lines, see "
			     "sigractl(8)");
	if ((st = tty_stdin_line(b, head, first, f)) != STATUS_OK)
		return st;
	return tty_stdin_line(b + head, len - head, second, f);
}

enum status
tty_stdin_secrets(struct secret *first, struct secret *second, struct fault *f)
{
	char b[TTY_STDIN_SIZE];
	enum status st;
	size_t len;

	st = tty_stdin_read(b, sizeof(b), &len, f);
	if (st == STATUS_OK)
		st = tty_stdin_lines(b, len, first, second, f);
	explicit_bzero(b, sizeof(b));
	return st;
}
