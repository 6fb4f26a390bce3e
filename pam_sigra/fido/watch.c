/* SPDX-License-Identifier: MIT */
#include "fido/watch.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fido/link.h"
#include "fido/slot.h"

#define WATCH_SCAN_MS 250
#define WATCH_DENIED_MS 1500 /* udev gives rights a moment after the node */
#define WATCH_BUSY_MS 3000   /* waited for, even where insertion is not */
#define WATCH_SETTLE_MS 1000 /* MAKE: for others, before one is chosen */
#define WATCH_SLACK_MS 4000  /* above what a child waits */
#define WATCH_LONGEST 7200   /* seconds, whatever is asked for */

struct watch {
	int verifier;
	struct fido_frame asked;
	struct slots slots;
	int64_t started, scan; /* when it began; when to look again */
	struct slot *chosen;
	bool told_insert, told_busy, told_touch, wants_pin;
	unsigned events;
	enum fido_end end; /* 0 while it goes on */
	struct fido_frame reply;
};

static const struct fido_request *
watch_request(const struct watch *w)
{
	return &w->asked.u.request;
}

static void
watch_end(struct watch *w, enum fido_end end)
{
	w->reply = (struct fido_frame){ .kind = FIDO_FRAME_REPLY };
	w->reply.u.reply.end = w->end = end;
}

/* The last few are left for the reply's own sake: a key that wants to be
 * asked for ever ends here. */
static enum status
watch_tell(struct watch *w, enum fido_event_kind kind, unsigned tries,
	   struct fault *f)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_EVENT };

	if (w->events >= FIDO_EVENTS_MAX) {
		watch_end(w, FIDO_BROKEN);
		return STATUS_OK;
	}
	w->events++;
	frame.u.event.kind = kind;
	frame.u.event.tries = tries;
	return link_say(w->verifier, &frame, f);
}

static int64_t
watch_touch_ms(const struct watch *w)
{
	return (int64_t)watch_request(w)->touch_seconds * 1000 +
	       WATCH_SLACK_MS;
}

static enum status
watch_order(struct watch *w, struct slot *slot, enum link_word word,
	    enum slot_state state)
{
	slot->state = state;
	slot->until = link_clock() + watch_touch_ms(w);
	return link_send(slot->child.fd, word, NULL, NULL);
}

/* What is left when nobody could answer in time. */
static enum fido_end
watch_why(struct watch *w)
{
	const struct slot *over = NULL;

	for (size_t i = 0; i < LIST_MAX; i++) {
		const struct slot *s = &w->slots.slot[i];

		if (s->busy && s->state != SLOT_OVER && s->state != SLOT_EMPTY)
			return FIDO_IN_USE;
		if (s->state == SLOT_OVER && s->end != FIDO_NO_KEY &&
		    (over == NULL || over->end == FIDO_BROKEN))
			over = s;
	}
	return over != NULL ? over->end : FIDO_NO_KEY;
}

/* Every key that is there, and there is one, may not be opened; new ones get a
 * moment. */
static bool
watch_denied(struct watch *w)
{
	size_t denied = 0, others = 0;

	for (size_t i = 0; i < LIST_MAX; i++) {
		const struct slot *s = &w->slots.slot[i];

		if (s->state == SLOT_DENIED && !s->busy &&
		    (s->since - w->started < WATCH_SCAN_MS ||
		     link_clock() - s->since >= WATCH_DENIED_MS))
			denied++;
		else if (s->state != SLOT_EMPTY)
			others++;
	}
	if (others > 0)
		return false;
	return denied > 0 || list_hidden("/sys/class/hidraw", "/dev");
}

static bool
watch_busy(const struct watch *w)
{
	for (size_t i = 0; i < LIST_MAX; i++)
		if (w->slots.slot[i].busy &&
		    (w->slots.slot[i].state == SLOT_PROBING ||
		     w->slots.slot[i].state == SLOT_DENIED))
			return true;
	return false;
}

/* Nobody is ready, and nobody is being looked at but those in use. */
static enum status
watch_wait(struct watch *w, struct fault *f)
{
	int64_t most = (int64_t)watch_request(w)->insert_seconds * 1000;
	bool busy = watch_busy(w);

	if (busy && most < WATCH_BUSY_MS)
		most = WATCH_BUSY_MS;
	if (link_clock() - w->started >= most) {
		watch_end(w, watch_denied(w) ? FIDO_DENIED : watch_why(w));
		return STATUS_OK;
	}
	if (busy)
		return STATUS_OK;
	if (watch_denied(w)) {
		watch_end(w, FIDO_DENIED);
		return STATUS_OK;
	}
	if (w->told_insert)
		return STATUS_OK;
	w->told_insert = true;
	return watch_tell(w, FIDO_EVENT_INSERT, 0, f);
}

/* New keys: which of several, only the person can say. */
static enum status
watch_select(struct watch *w, struct fault *f)
{
	struct slot *s;

	while ((s = slots_first(&w->slots, SLOT_READY)) != NULL)
		if (watch_order(w, s, LINK_SELECT, SLOT_SELECTING) !=
		    STATUS_OK)
			slot_over(s, FIDO_BROKEN);
	if (w->told_touch)
		return STATUS_OK;
	w->told_touch = true;
	return watch_tell(w, FIDO_EVENT_TOUCH, 0, f);
}

static size_t
watch_probing(const struct watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < LIST_MAX; i++)
		n += w->slots.slot[i].state == SLOT_PROBING &&
		     !w->slots.slot[i].busy;
	return n;
}

/* Whom to ask, if nobody is being asked. */
static enum status
watch_choose(struct watch *w, struct fault *f)
{
	size_t ready = slots_count(&w->slots, SLOT_READY);
	size_t selecting = slots_count(&w->slots, SLOT_SELECTING);
	bool make = watch_request(w)->verb == FIDO_MAKE;
	struct slot *s;

	if (ready == 0 && selecting == 0)
		return watch_probing(w) == 0 ? watch_wait(w, f) : STATUS_OK;
	if (make && selecting == 0 && watch_probing(w) > 0 &&
	    link_clock() - w->started < WATCH_SETTLE_MS)
		return STATUS_OK;
	if (make && ready + selecting > 1)
		return ready > 0 ? watch_select(w, f) : STATUS_OK;
	if (selecting > 0)
		return STATUS_OK;
	s = slots_first(&w->slots, SLOT_READY);
	if (watch_order(w, s, LINK_GO, SLOT_CHOSEN) != STATUS_OK)
		slot_over(s, FIDO_BROKEN);
	else
		w->chosen = s;
	return STATUS_OK;
}

/* One that was asked has failed in a way that says nothing of the others. */
static bool
watch_another(struct watch *w, enum fido_end end)
{
	if (end != FIDO_BROKEN && end != FIDO_NO_KEY && end != FIDO_IN_USE)
		return false;
	return slots_count(&w->slots, SLOT_READY) > 0 ||
	       slots_count(&w->slots, SLOT_SELECTING) > 0 ||
	       watch_probing(w) > 0;
}

/* A child has ended, with END or with what stands in FRAME. */
static void
watch_over(struct watch *w, struct slot *s, enum fido_end end,
	   const struct fido_frame *frame)
{
	bool chosen = s == w->chosen;
	bool selecting = s->state == SLOT_SELECTING;

	slot_over(s, end);
	if (chosen)
		w->chosen = NULL;
	w->wants_pin = w->wants_pin && !chosen;
	if ((!chosen && !(selecting && end == FIDO_TIMEOUT)) ||
	    watch_another(w, end))
		return;
	watch_end(w, end);
	if (end == FIDO_DONE)
		w->reply = *frame;
}

static enum status
watch_event(struct watch *w, struct slot *s, const struct fido_event *e,
	    struct fault *f)
{
	if (s != w->chosen || e->kind == FIDO_EVENT_INSERT ||
	    e->kind == FIDO_EVENT_BUSY ||
	    (e->kind == FIDO_EVENT_PIN && w->wants_pin)) {
		watch_over(w, s, FIDO_BROKEN, NULL);
		return STATUS_OK;
	}
	w->wants_pin = e->kind == FIDO_EVENT_PIN;
	s->until = link_clock() + watch_touch_ms(w);
	return watch_tell(w, e->kind, e->tries, f);
}

/* The touched one is asked; the others are done with. */
static void
watch_touched(struct watch *w, struct slot *touched)
{
	for (size_t i = 0; i < LIST_MAX; i++) {
		struct slot *s = &w->slots.slot[i];

		if (s != touched && s->state == SLOT_SELECTING)
			slot_over(s, FIDO_CANCELLED);
	}
	if (watch_order(w, touched, LINK_GO, SLOT_CHOSEN) != STATUS_OK)
		slot_over(touched, FIDO_BROKEN);
	else
		w->chosen = touched;
}

static enum status
watch_busied(struct watch *w, struct slot *s, struct fault *f)
{
	s->busy = true;
	/* Whoever is in use is waited for as long as we wait at all. */
	s->until = INT64_MAX;
	if (w->told_busy)
		return STATUS_OK;
	w->told_busy = true;
	return watch_tell(w, FIDO_EVENT_BUSY, 0, f);
}

static enum status
watch_child(struct watch *w, struct slot *s, struct fault *f)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_CANCEL };
	enum link_word word = LINK_CANCEL;

	if (link_receive(s->child.fd, &word, &frame, NULL) != STATUS_OK) {
		watch_over(w, s, FIDO_BROKEN, NULL);
		return STATUS_OK;
	}
	if (word == LINK_FRAME && frame.kind == FIDO_FRAME_EVENT)
		return watch_event(w, s, &frame.u.event, f);
	if (word == LINK_FRAME &&
	    (s == w->chosen || frame.u.reply.end != FIDO_DONE)) {
		watch_over(w, s, frame.u.reply.end, &frame);
	} else if (word == LINK_READY && s->state == SLOT_PROBING) {
		s->state = SLOT_READY;
		s->busy = false;
		s->until = INT64_MAX;
	} else if (word == LINK_BUSY && s->state == SLOT_PROBING) {
		return watch_busied(w, s, f);
	} else if (word == LINK_TOUCHED && s->state == SLOT_SELECTING &&
		   w->chosen == NULL) {
		watch_touched(w, s);
	} else {
		watch_over(w, s, word == LINK_NOT ? FIDO_NO_KEY : FIDO_BROKEN,
			   NULL);
	}
	return STATUS_OK;
}

static enum status
watch_verifier(struct watch *w, struct fault *f)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_CANCEL };
	enum status st = link_hear(w->verifier, &frame, f);

	if (st != STATUS_OK)
		return st;
	if (frame.kind == FIDO_FRAME_CANCEL) {
		watch_end(w, FIDO_CANCELLED);
	} else if (frame.kind == FIDO_FRAME_PIN && w->wants_pin) {
		w->wants_pin = false;
		w->chosen->until = link_clock() + watch_touch_ms(w);
		if (link_send(w->chosen->child.fd, LINK_PIN, &frame, NULL) !=
		    STATUS_OK)
			watch_over(w, w->chosen, FIDO_BROKEN, NULL);
	} else if (frame.kind != FIDO_FRAME_PIN) {
		st = fault(f, STATUS_PROTOCOL, "a frame that is none here");
	}
	/* A PIN that came too late is for nobody. */
	fido_frame_wipe(&frame);
	return st;
}

/* Those that have not come on in time. */
static void
watch_late(struct watch *w)
{
	const int64_t now = link_clock();

	for (size_t i = 0; i < LIST_MAX && w->end == 0; i++) {
		struct slot *s = &w->slots.slot[i];

		if (s->child.fd >= 0 && now >= s->until)
			watch_over(w, s, FIDO_BROKEN, NULL);
	}
	slots_reap(&w->slots);
}

/* Until somebody says something, or it is time to look again. */
static enum status
watch_listen(struct watch *w, struct fault *f)
{
	int64_t wait = (w->chosen != NULL ? w->chosen->until : w->scan) -
		       link_clock();
	struct pollfd p[LIST_MAX + 1];
	enum status st = STATUS_OK;

	for (size_t i = 0; i < LIST_MAX; i++)
		p[i] = (struct pollfd){ .fd = w->slots.slot[i].child.fd,
					.events = POLLIN };
	p[LIST_MAX] = (struct pollfd){ .fd = w->verifier, .events = POLLIN };
	if (poll(p, LIST_MAX + 1, wait < 0 ? 0 : (int)wait) <= 0)
		return STATUS_OK;
	if (p[LIST_MAX].revents != 0)
		return watch_verifier(w, f);
	for (size_t i = 0; st == STATUS_OK && w->end == 0 && i < LIST_MAX; i++)
		if (p[i].revents != 0 && w->slots.slot[i].child.fd == p[i].fd)
			st = watch_child(w, &w->slots.slot[i], f);
	return st;
}

static enum status
watch_keys(struct watch *w, struct fault *f)
{
	enum status st = STATUS_OK;

	while (st == STATUS_OK && w->end == 0) {
		if (w->chosen == NULL && link_clock() >= w->scan) {
			slots_scan(&w->slots, watch_request(w));
			w->scan = link_clock() + WATCH_SCAN_MS;
		}
		if (w->chosen == NULL)
			st = watch_choose(w, f);
		if (st == STATUS_OK && w->end == 0)
			st = watch_listen(w, f);
		watch_late(w);
	}
	return st;
}

/* No key is looked at: one child, whose only word is its reply. */
static enum status
watch_parse(struct watch *w, struct fault *f)
{
	struct slot *s = &w->slots.slot[0];
	enum status st =
		child_start(watch_request(w), -1, w->slots.life, &s->child, f);

	if (st != STATUS_OK)
		return st;
	w->chosen = s;
	s->state = SLOT_CHOSEN;
	s->until = link_clock() + WATCH_SLACK_MS;
	while (st == STATUS_OK && w->end == 0) {
		st = watch_listen(w, f);
		watch_late(w);
	}
	return st;
}

static unsigned
watch_life(const struct fido_request *r)
{
	uint64_t life = r->insert_seconds + 10ULL * r->touch_seconds + 60;

	return life > WATCH_LONGEST ? WATCH_LONGEST : (unsigned)life;
}

enum status
watch_run(int verifier, struct fault *f)
{
	static struct watch watch; /* the program has one */
	struct watch *w = &watch;
	enum status st;

	*w = (struct watch){ .verifier = verifier, .started = link_clock() };
	if ((st = link_hear(verifier, &w->asked, f)) != STATUS_OK)
		return st;
	if (w->asked.kind != FIDO_FRAME_REQUEST)
		return fault(f, STATUS_PROTOCOL, "no request");
	w->scan = w->started = link_clock();
	slots_begin(&w->slots, watch_life(watch_request(w)));
	(void)alarm(w->slots.life + 10);
	st = watch_request(w)->verb == FIDO_PARSE ? watch_parse(w, f)
						  : watch_keys(w, f);
	/* Who cancels is told when no key blinks any more; who waits for an
	 * answer, at once. */
	if (st == STATUS_OK && w->end != FIDO_CANCELLED)
		st = link_say(verifier, &w->reply, f);
	slots_end(&w->slots);
	if (st == STATUS_OK && w->end == FIDO_CANCELLED)
		st = link_say(verifier, &w->reply, f);
	return st;
}
