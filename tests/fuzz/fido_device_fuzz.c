/* SPDX-License-Identifier: MIT */
/*
 * Any key under the child of sigra-fido.  What the input holds comes in frames
 * that libfido2 will take (or, where it says so, as it stands), so that the
 * messages in them are looked at; hid.c is replaced by what is here.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fido/device.h"
#include "fido/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int usleep(useconds_t microseconds);
const char *__asan_default_options(void);

static struct hid *fuzz_hid;
static const uint8_t *fuzz_at;
static size_t fuzz_left;
static uint8_t fuzz_sent[HID_REPORT]; /* the last command's first report */
static uint8_t fuzz_message[2048];
static size_t fuzz_len, fuzz_done;
static unsigned fuzz_seq, fuzz_reads;

/* CBOR that says how long it is going to be is believed; what a child may have
 * at all is limited by its sandbox. */
const char *
__asan_default_options(void)
{
	return "max_allocation_size_mb=256:allocator_may_return_null=1";
}

/* U2F is asked again and again; nobody has to wait for it here. */
int
usleep(useconds_t microseconds)
{
	(void)microseconds;
	return 0;
}

static uint8_t
fuzz_byte(void)
{
	if (fuzz_left == 0)
		return 0;
	fuzz_left--;
	return *fuzz_at++;
}

static void
fuzz_bytes(uint8_t *out, size_t n)
{
	size_t have = n < fuzz_left ? n : fuzz_left;

	memset(out, 0, n);
	memcpy(out, fuzz_at, have);
	fuzz_at += have;
	fuzz_left -= have;
}

void
hid_use(struct hid *h)
{
	fuzz_hid = h;
}

void
hid_for(struct hid *h, int64_t milliseconds)
{
	(void)milliseconds;
	h->late = h->busy = false;
}

void
hid_tell(const struct hid *h, enum fido_event_kind kind, unsigned tries)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_EVENT };

	frame.u.event.kind = kind;
	frame.u.event.tries = tries;
	status_ignore(link_send(h->control, LINK_FRAME, &frame, NULL), "");
}

void
hid_drain(struct hid *h)
{
	(void)h;
}

enum link_word
hid_wait(struct hid *h, struct fido_frame *frame)
{
	switch (fuzz_left == 0 ? 0 : fuzz_byte() % 6) {
	case 1:
	case 2:
		if (frame == NULL)
			return LINK_GO;
		if (secret_set(&frame->u.pin, "1234", 4, NULL) != STATUS_OK)
			return LINK_CANCEL;
		return LINK_PIN;
	case 3:
		return LINK_SELECT;
	case 4:
		h->late = true;
		return (enum link_word)0;
	case 5:
		h->gone = true;
		return (enum link_word)0;
	default:
		return LINK_CANCEL;
	}
}

static void *
fuzz_open(const char *path)
{
	static int handle;

	(void)path;
	return &handle;
}

static void
fuzz_close(void *handle)
{
	(void)handle;
}

static int
fuzz_write(void *handle, const unsigned char *buf, size_t len)
{
	(void)handle;
	if (buf[5] & 0x80)
		memcpy(fuzz_sent, buf + 1, HID_REPORT);
	fuzz_len = fuzz_done = 0;
	return (int)len;
}

/* The next message, as an answer to what was sent. */
static void
fuzz_begin(void)
{
	fuzz_done = fuzz_seq = 0;
	if (fuzz_sent[4] == 0x86) {
		memcpy(fuzz_message, fuzz_sent + 7, 8);
		memcpy(fuzz_message + 8, "\0\0\0\1\2\1\0\0", 8);
		fuzz_message[16] = fuzz_byte();
		fuzz_len = 17;
		return;
	}
	fuzz_len = (size_t)(fuzz_byte() << 8 | fuzz_byte()) %
		   sizeof(fuzz_message);
	fuzz_bytes(fuzz_message, fuzz_len);
}

static int
fuzz_read(void *handle, unsigned char *buf, size_t len, int ms)
{
	size_t head, n;

	(void)handle;
	(void)ms;
	if (fuzz_left == 0 || len != HID_REPORT || ++fuzz_reads > 2000) {
		fuzz_hid->gone = true;
		return -1;
	}
	if (fuzz_byte() >= 0xf8) {
		fuzz_bytes(buf, len);
		return HID_REPORT;
	}
	memset(buf, 0, len);
	memcpy(buf, fuzz_sent, 4);
	if (fuzz_len == 0 || fuzz_done >= fuzz_len) {
		fuzz_begin();
		buf[4] = fuzz_sent[4];
		buf[5] = (uint8_t)(fuzz_len >> 8);
		buf[6] = (uint8_t)fuzz_len;
		head = 7;
	} else {
		buf[4] = (uint8_t)fuzz_seq++;
		head = 5;
	}
	n = fuzz_len - fuzz_done;
	n = n > len - head ? len - head : n;
	memcpy(buf + head, fuzz_message + fuzz_done, n);
	fuzz_done += n;
	return HID_REPORT;
}

const fido_dev_io_t hid_io = { fuzz_open, fuzz_close, fuzz_read, fuzz_write };

static void
fuzz_request(struct fido_request *q)
{
	uint8_t how = fuzz_byte();

	q->verb = (enum fido_verb)(1 + how % 3);
	q->uv = (enum fido_uv)(1 + (how >> 2) % 3);
	q->pin = (how & 0x10) != 0;
	q->resident = (how & 0x20) != 0;
	q->attestation = (how & 0x40) != 0;
	q->touch_seconds = 1;
	q->entries = 2;
	for (size_t i = 0; i < q->entries; i++) {
		memcpy(q->entry[i].rp, "ex.example", sizeof("ex.example"));
		memset(q->entry[i].id, (int)i, 48);
		q->entry[i].id_len = 48;
	}
	memcpy(q->rp, "ex.example", sizeof("ex.example"));
	q->user_len = 16;
	memcpy(q->name, "ann", sizeof("ann"));
	if (q->verb != FIDO_PARSE)
		return;
	fuzz_bytes((uint8_t *)q->format, 8);
	q->authdata_len =
		(size_t)(fuzz_byte() << 8 | fuzz_byte()) % sizeof(q->authdata);
	fuzz_bytes(q->authdata, q->authdata_len);
	q->statement_len = fuzz_left < sizeof(q->statement)
				   ? fuzz_left
				   : sizeof(q->statement);
	fuzz_bytes(q->statement, q->statement_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int pair[2] = { -1, -1 };
	static struct fido_request request;
	static struct fido_reply reply;
	uint8_t bytes[1 + IO_FRAME_MAX];

	if (pair[0] < 0 && socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		return 0;
	fuzz_at = data;
	fuzz_left = size;
	fuzz_len = fuzz_done = fuzz_reads = 0;
	memset(&request, 0, sizeof(request));
	memset(&reply, 0, sizeof(reply));
	fuzz_request(&request);
	if (request.verb == FIDO_PARSE)
		(void)parse_credential(&request, &reply);
	else
		device_run(&request, -1, pair[1]);
	/* What it has said has to be what may be said. */
	while (recv(pair[0], bytes, sizeof(bytes), MSG_DONTWAIT | MSG_PEEK) >
	       0) {
		struct fido_frame frame;
		enum link_word word;

		if (link_receive(pair[0], &word, &frame, NULL) != STATUS_OK)
			__builtin_trap();
	}
	return 0;
}
