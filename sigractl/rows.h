/* SPDX-License-Identifier: MIT */
/* Inside the table of commands only: what its files, rows_*.c, share. */
#ifndef SIGRACTL_ROWS_H
#define SIGRACTL_ROWS_H

#include "sigractl/cmd.h"
#include "sigractl/item.h"
#include "sigractl/shape.h"

#define OPTIONS(...)                                                          \
	(const struct cmd_option[])                                           \
	{                                                                     \
		__VA_ARGS__,                                                  \
		{                                                             \
			.name = NULL                                          \
		}                                                             \
	}

/* The last of a file. */
#define ROWS_END                                                              \
	{                                                                     \
		.words = NULL                                                 \
	}

/* Of a code that is handed out. */
#define SHAPE_CODE "id,name,code,expires_at"

/* In this order: table.c. */
extern const struct cmd_row rows_user[];
extern const struct cmd_row rows_enroll[];
extern const struct cmd_row rows_org[];
extern const struct cmd_row rows_token[];
extern const struct cmd_row rows_policy[];
extern const struct cmd_row rows_session[];
extern const struct cmd_row rows_audit[];
extern const struct cmd_row rows_admin[];
extern const struct cmd_row rows_notify[];
extern const struct cmd_row rows_store[];
extern const struct cmd_row rows_tool[];

#endif
