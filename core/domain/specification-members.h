/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* specification-members.h: owns the tables of what each verb's specification may contain. */
#ifndef KBNT_SPECIFICATION_MEMBERS_H
#define KBNT_SPECIFICATION_MEMBERS_H

#include "member.h"

/* Returns: the table for a verb, ended by a NULL name; NULL where clients cannot ask for it. */
const KbntMemberRule *kbnt_specification_members(KbntRequestType type);

/* Returns: whether an image may be called so; it may become the name of a file. */
gboolean kbnt_specification_is_image(const char *text);

/* Returns: whether the network of a machine may be called so. */
gboolean kbnt_specification_is_network(const char *text);

#endif
