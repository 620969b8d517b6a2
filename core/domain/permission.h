/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* permission.h: owns who may do what: role by verb by owner. */
#ifndef KBNT_PERMISSION_H
#define KBNT_PERMISSION_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/* What a role may do to a thing: nothing, to the caller's own, or to everybody's. */
typedef enum {
    KBNT_REACH_NONE = 0,
    KBNT_REACH_OWN = 1,
    KBNT_REACH_ANY = 2,
} KbntReach;

/*
 * KBNT_ROLE_TABLE: R("name", look, operate, create, destroy), each a reach: look at requests
 * and resources; operate (power, attach, detach, cancel); create; destroy.
 */
#define KBNT_ROLE_TABLE(R) \
    R("viewer", OWN, NONE, NONE, NONE) \
    R("user", OWN, OWN, OWN, OWN) \
    R("auditor", ANY, NONE, NONE, NONE) \
    R("operator", ANY, ANY, OWN, OWN) \
    R("administrator", ANY, ANY, ANY, ANY)

typedef enum {
    KBNT_DEED_LOOK = 1,
    KBNT_DEED_OPERATE = 2,
    KBNT_DEED_CREATE = 3,
    KBNT_DEED_DESTROY = 4,
} KbntDeed;

/* Who is asking, as the adapter found out. */
typedef struct {
    const char *user_id;
    const char *const *roles;  /* (nullable): NULL-terminated names; the widest reach counts */
    const char *const *groups; /* (nullable): NULL-terminated names */
    gboolean administrator;    /* may do everything, whatever the roles say */
    gboolean authenticated;
} KbntCaller;

/* Returns: what a type of request does to its target. */
KbntDeed kbnt_permission_deed(KbntRequestType type);

/* Returns: whether the caller may do the deed to what owner owns: the one check of ownership.
 */
gboolean kbnt_permission_allows(const KbntCaller *caller, KbntDeed deed, const char *owner);

#endif
