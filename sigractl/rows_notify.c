/* SPDX-License-Identifier: MIT */
/* What people are told, and how it reaches them. */
#include "sigractl/rows.h"

#define SHAPE_WEBHOOK "id,url,events[],allow_private,created_at"

const struct cmd_row rows_notify[] = {
	{ "notify", "", 0, 0, CMD_WRITE, "send what people are to be told",
	  "messages,done,waiting,dead",
	  OPTIONS({ "libexec", "DIR", "where sigra-post is" }), cmd_notify },
	{ "notify list", "", 0, 0, CMD_READ,
	  "what waits, and what was given up",
	  "deliveries[id,message,event,at,user,account,channel,webhook,state,"
	  "attempts,next_at,last]",
	  OPTIONS({ "waiting", NULL, "what waits" },
		  { "dead", NULL, "what was given up" },
		  { "done", NULL, "what was sent" }),
	  cmd_notify_list },
	{ "notify replay", "[ID]", 0, 1, CMD_WRITE,
	  "send again what was given up", "replayed",
	  OPTIONS({ "all", NULL, "all of it" }), cmd_notify_replay },
	{ "webhook add", "URL", 1, 1, CMD_WRITE, "post messages to a URL",
	  SHAPE_WEBHOOK ",secret",
	  OPTIONS({ "events", "LIST", "only these, with commas between" },
		  { "allow-private", NULL,
		    "an address of a private network is right" }),
	  cmd_webhook_add },
	{ "webhook list", "", 0, 0, CMD_READ, "where messages are posted to",
	  "webhooks[" SHAPE_WEBHOOK "]", NULL, cmd_webhook_list },
	{ "webhook remove", "ID", 1, 1, CMD_WRITE, "post there no more",
	  "id,url", NULL, cmd_webhook_remove },
	ROWS_END,
};
