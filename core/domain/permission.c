/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* permission.c: owns the one check of ownership, which every id that a caller names goes
 * through. */
#include "permission.h"

typedef struct {
    KbntRole role;
    const char *name;
    KbntReach look;
    KbntReach operate;
    KbntReach create;
    KbntReach destroy;
} RoleRow;

#define ROLE_ROW(number, name, text, look, operate, create, destroy) \
    { number, \
      text, \
      KBNT_REACH_##look, \
      KBNT_REACH_##operate, \
      KBNT_REACH_##create, \
      KBNT_REACH_##destroy },
static const RoleRow role_rows[] = { KBNT_ROLE_TABLE(ROLE_ROW) };
#undef ROLE_ROW

static const RoleRow *
find_role(KbntRole role)
{
    for (gsize i = 0; i < G_N_ELEMENTS(role_rows); i++) {
        if (role_rows[i].role == role)
            return &role_rows[i];
    }
    return NULL;
}

const char *
kbnt_role_name(KbntRole role)
{
    const RoleRow *row = find_role(role);

    return row ? row->name : NULL;
}

KbntRole
kbnt_role_from_name(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(role_rows); i++) {
        if (g_strcmp0(role_rows[i].name, name) == 0)
            return role_rows[i].role;
    }
    return 0;
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

gboolean
kbnt_permission_allows(const KbntCaller *caller, KbntDeed deed, const char *owner)
{
    const RoleRow *row = find_role(caller->role);
    KbntReach reach = row ? reach_of(row, deed) : KBNT_REACH_NONE;

    if (reach == KBNT_REACH_OWN)
        return g_strcmp0(caller->user, owner) == 0;
    return reach == KBNT_REACH_ANY;
}
