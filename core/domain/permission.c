/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* permission.c: owns the one check of ownership, which every id that a caller names goes
 * through. */
#include "permission.h"

typedef struct {
    const char *name;
    KbntReach look;
    KbntReach operate;
    KbntReach create;
    KbntReach destroy;
} RoleRow;

#define ROLE_ROW(name, look, operate, create, destroy) \
    { name, KBNT_REACH_##look, KBNT_REACH_##operate, KBNT_REACH_##create, \
      KBNT_REACH_##destroy },
static const RoleRow role_rows[] = { KBNT_ROLE_TABLE(ROLE_ROW) };
#undef ROLE_ROW

/* Returns: (nullable): the row of a role's name; an unknown role may do nothing. */
static const RoleRow *
find_role(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(role_rows); i++) {
        if (g_strcmp0(role_rows[i].name, name) == 0)
            return &role_rows[i];
    }
    return NULL;
}

KbntDeed
kbnt_permission_deed(KbntRequestType type)
{
    switch (type) {
    case KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE:
    case KBNT_REQUEST_TYPE_ALLOCATE_STORAGE:
    case KBNT_REQUEST_TYPE_CREATE_NETWORK:
        return KBNT_DEED_CREATE;
    case KBNT_REQUEST_TYPE_DELETE_RESOURCE:
        return KBNT_DEED_DESTROY;
    default:
        return KBNT_DEED_OPERATE;
    }
}

static KbntReach
reach_of(const RoleRow *row, KbntDeed deed)
{
    switch (deed) {
    case KBNT_DEED_LOOK:
        return row->look;
    case KBNT_DEED_OPERATE:
        return row->operate;
    case KBNT_DEED_CREATE:
        return row->create;
    case KBNT_DEED_DESTROY:
        return row->destroy;
    }
    return KBNT_REACH_NONE;
}

static KbntReach
widest_reach(const KbntCaller *caller, KbntDeed deed)
{
    KbntReach widest = caller->administrator ? KBNT_REACH_ANY : KBNT_REACH_NONE;

    for (guint i = 0; caller->roles && caller->roles[i]; i++) {
        const RoleRow *row = find_role(caller->roles[i]);

        if (row)
            widest = MAX(widest, reach_of(row, deed));
    }
    return widest;
}

gboolean
kbnt_permission_allows(const KbntCaller *caller, KbntDeed deed, const char *owner)
{
    KbntReach reach = widest_reach(caller, deed);

    if (reach == KBNT_REACH_OWN)
        return g_strcmp0(caller->user_id, owner) == 0;
    return reach == KBNT_REACH_ANY;
}
