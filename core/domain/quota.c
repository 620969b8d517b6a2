/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quota.c: owns the limits by account and the arithmetic of charges. */
#include "quota.h"

#include "fault.h"
#include "quantity.h"

#include <math.h>
#include <string.h>

/* Sums of prices are not exact in binary: a difference below it is none. */
#define ROUNDING 1e-9

#define DEFAULT_ACCOUNT "default"
#define TOTAL_ACCOUNT "total"

typedef struct {
    double amounts[KBNT_N_QUANTITIES];
} Limits;

struct KbntQuotas {
    GHashTable *limits_by_account;
};

#define QUANTITY_NAME(number, name, text) [number] = text,
static const char *const quantity_names[] = { KBNT_QUANTITY_TABLE(QUANTITY_NAME) };
#undef QUANTITY_NAME

KbntQuotas *
kbnt_quotas_new(void)
{
    KbntQuotas *quotas = g_new0(KbntQuotas, 1);

    quotas->limits_by_account = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return quotas;
}

void
kbnt_quotas_free(KbntQuotas *quotas)
{
    if (!quotas)
        return;
    g_hash_table_unref(quotas->limits_by_account);
    g_free(quotas);
}

static gboolean
find_quantity(const char *name, KbntQuantity *ret_quantity)
{
    for (guint i = 0; i < KBNT_N_QUANTITIES; i++) {
        if (g_str_equal(quantity_names[i], name)) {
            *ret_quantity = (KbntQuantity)i;
            return TRUE;
        }
    }
    return FALSE;
}

static Limits *
limits_of(KbntQuotas *quotas, const char *account)
{
    Limits *limits = g_hash_table_lookup(quotas->limits_by_account, account);

    if (limits)
        return limits;
    limits = g_new(Limits, 1);
    for (guint i = 0; i < KBNT_N_QUANTITIES; i++)
        limits->amounts[i] = KBNT_QUOTA_UNLIMITED;
    g_hash_table_insert(quotas->limits_by_account, g_strdup(account), limits);
    return limits;
}

/* Returns: (transfer full) (nullable): the account that a key without its quantity names. */
static char *
account_of_key(const char *owner)
{
    if (g_str_equal(owner, DEFAULT_ACCOUNT) || g_str_equal(owner, TOTAL_ACCOUNT))
        return g_strdup(owner);
    if (g_str_has_prefix(owner, "user.") && owner[strlen("user.")])
        return g_strconcat(KBNT_QUOTA_OF_USERS, owner + strlen("user."), NULL);
    if (g_str_has_prefix(owner, "group.") && owner[strlen("group.")])
        return g_strconcat("group:", owner + strlen("group."), NULL);
    return NULL;
}

static gboolean
parse_limit(const char *text, KbntQuantity quantity, double *ret_limit, GError **error)
{
    gboolean is_size = quantity == KBNT_QUANTITY_MEMORY || quantity == KBNT_QUANTITY_STORAGE;
    char *end = NULL;
    gint64 mb;

    if (is_size) {
        if (!kbnt_quantity_parse_size(text, &mb, error))
            return FALSE;
        *ret_limit = (double)mb;
        return TRUE;
    }

    *ret_limit = g_ascii_strtod(text, &end);
    if (end != text && *end == '\0' && isfinite(*ret_limit) && *ret_limit >= 0)
        return TRUE;
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                        "is not a number from 0 on");
    return FALSE;
}

gboolean
kbnt_quotas_set(KbntQuotas *quotas, const char *key, const char *limit, GError **error)
{
    const char *dot = strrchr(key, '.');
    g_autofree char *owner = g_strndup(key, dot ? (gsize)(dot - key) : 0);
    g_autofree char *account = account_of_key(owner);
    g_autoptr(GError) cause = NULL;
    KbntQuantity quantity;
    double amount;

    if (!account || !find_quantity(dot + 1, &quantity)) {
        g_set_error(
            error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
            "'%s' is no quota, write such as default.vms, user.NAME.cores or total.memory",
            key);
        return FALSE;
    }
    if (!parse_limit(limit, quantity, &amount, &cause)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "'%s' of '%s' %s", limit, key,
                    cause->message);
        return FALSE;
    }
    limits_of(quotas, account)->amounts[quantity] = amount;
    return TRUE;
}

const char *
kbnt_quantity_name(KbntQuantity quantity)
{
    return quantity_names[quantity];
}

double
kbnt_quotas_limit(const KbntQuotas *quotas, const char *account, KbntQuantity quantity)
{
    const Limits *limits = g_hash_table_lookup(quotas->limits_by_account, account);

    if (limits && limits->amounts[quantity] != KBNT_QUOTA_UNLIMITED)
        return limits->amounts[quantity];
    if (!g_str_has_prefix(account, KBNT_QUOTA_OF_USERS))
        return KBNT_QUOTA_UNLIMITED;
    limits = g_hash_table_lookup(quotas->limits_by_account, DEFAULT_ACCOUNT);
    return limits ? limits->amounts[quantity] : KBNT_QUOTA_UNLIMITED;
}

char **
kbnt_quota_accounts(const KbntQuotas *quotas, const char *user, const char *const *groups)
{
    GPtrArray *accounts = g_ptr_array_new();

    g_ptr_array_add(accounts, g_strconcat(KBNT_QUOTA_OF_USERS, user, NULL));
    for (; groups && *groups; groups++) {
        g_autofree char *account = g_strconcat("group:", *groups, NULL);

        if (g_hash_table_contains(quotas->limits_by_account, account))
            g_ptr_array_add(accounts, g_steal_pointer(&account));
    }
    if (g_hash_table_contains(quotas->limits_by_account, TOTAL_ACCOUNT))
        g_ptr_array_add(accounts, g_strdup(TOTAL_ACCOUNT));
    g_ptr_array_add(accounts, NULL);
    return (char **)g_ptr_array_free(accounts, FALSE);
}

static double
of(const KbntValue *specification, KbntField field)
{
    return (double)kbnt_value_get_int(specification, field);
}

static void
measure(KbntRequestType verb, const KbntValue *specification, double cost_per_hour,
        double ret_amounts[KBNT_N_QUANTITIES])
{
    ret_amounts[KBNT_QUANTITY_COST_PER_HOUR] = cost_per_hour;
    switch (verb) {
    case KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE:
        ret_amounts[KBNT_QUANTITY_VMS] = 1;
        ret_amounts[KBNT_QUANTITY_CORES] = of(specification, KBNT_FIELD_CPU);
        ret_amounts[KBNT_QUANTITY_MEMORY] = of(specification, KBNT_FIELD_MEMORY_MB);
        ret_amounts[KBNT_QUANTITY_STORAGE] = of(specification, KBNT_FIELD_DISK_MB);
        break;
    case KBNT_REQUEST_TYPE_ALLOCATE_STORAGE:
        ret_amounts[KBNT_QUANTITY_STORAGE] = of(specification, KBNT_FIELD_SIZE_MB);
        break;
    case KBNT_REQUEST_TYPE_CREATE_NETWORK:
        ret_amounts[KBNT_QUANTITY_NETWORKS] = 1;
        break;
    default:
        break;
    }
}

/* Returns: (nullable): the row of an account's quantity. */
static const KbntValue *
find_row(const KbntValue *ledger, const char *account, const char *quantity)
{
    for (guint i = 0; ledger && i < kbnt_value_length(ledger, KBNT_FIELD_CHARGES); i++) {
        const KbntValue *row = kbnt_value_nth_value(ledger, KBNT_FIELD_CHARGES, i);

        if (g_strcmp0(kbnt_value_get_string(row, KBNT_FIELD_ACCOUNT), account) == 0 &&
            g_strcmp0(kbnt_value_get_string(row, KBNT_FIELD_QUANTITY), quantity) == 0)
            return row;
    }
    return NULL;
}

/* Returns: what is reserved and used of an account's quantity. */
static double
taken(const KbntValue *ledger, const char *account, const char *quantity)
{
    const KbntValue *row = find_row(ledger, account, quantity);

    return row ? kbnt_value_get_number(row, KBNT_FIELD_RESERVED) +
                     kbnt_value_get_number(row, KBNT_FIELD_USED)
               : 0;
}

static void
append_charge(KbntValue *into, const char *account, KbntQuantity quantity, double amount,
              double limit, const KbntValue *ledger)
{
    double left = limit - taken(ledger, account, quantity_names[quantity]);
    KbntValue *charge = kbnt_value_new();

    kbnt_value_set_string(charge, KBNT_FIELD_ACCOUNT, account);
    kbnt_value_set_string(charge, KBNT_FIELD_QUANTITY, quantity_names[quantity]);
    kbnt_value_set_number(charge, KBNT_FIELD_AMOUNT, amount);
    kbnt_value_set_number(charge, KBNT_FIELD_LIMIT, limit);
    kbnt_value_set_number(charge, KBNT_FIELD_LEFT, left);
    kbnt_value_take_item(into, KBNT_FIELD_CHARGES, charge);
}

static void
charge_account(const KbntQuotas *quotas, const char *account,
               const double amounts[KBNT_N_QUANTITIES], const KbntValue *ledger,
               KbntValue *into)
{
    gboolean keeps_all = g_str_has_prefix(account, KBNT_QUOTA_OF_USERS);

    for (guint i = 0; i < KBNT_N_QUANTITIES; i++) {
        double limit = kbnt_quotas_limit(quotas, account, (KbntQuantity)i);

        if (amounts[i] > 0 && (keeps_all || limit != KBNT_QUOTA_UNLIMITED))
            append_charge(into, account, (KbntQuantity)i, amounts[i], limit, ledger);
    }
}

void
kbnt_quota_charge(const KbntQuotas *quotas, const char *user, const char *const *groups,
                  KbntRequestType verb, const KbntValue *specification, double cost_per_hour,
                  const KbntValue *ledger, KbntValue *into)
{
    g_auto(GStrv) accounts = kbnt_quota_accounts(quotas, user, groups);
    double amounts[KBNT_N_QUANTITIES] = { 0 };

    measure(verb, specification, cost_per_hour, amounts);
    for (char **account = accounts; *account; account++)
        charge_account(quotas, *account, amounts, ledger, into);
}

static gboolean
is_cost(const KbntValue *charge)
{
    return g_strcmp0(kbnt_value_get_string(charge, KBNT_FIELD_QUANTITY),
                     quantity_names[KBNT_QUANTITY_COST_PER_HOUR]) == 0;
}

static void
add_excess(const KbntValue *charge, KbntValue *faults)
{
    double left = kbnt_value_get_number(charge, KBNT_FIELD_LEFT);
    double limit = kbnt_value_get_number(charge, KBNT_FIELD_LIMIT);

    kbnt_fault_add(
        faults, is_cost(charge) ? KBNT_ERROR_BUDGET_EXCEEDED : KBNT_ERROR_QUOTA_EXCEEDED,
        is_cost(charge) ? KBNT_FAULT_BUDGET : KBNT_FAULT_QUOTA, "",
        "'%s' of '%s' is limited to %.10g: %.10g are taken, %.10g more were asked for",
        kbnt_value_get_string(charge, KBNT_FIELD_QUANTITY),
        kbnt_value_get_string(charge, KBNT_FIELD_ACCOUNT), limit, limit - left,
        kbnt_value_get_number(charge, KBNT_FIELD_AMOUNT));
}

static gboolean
fits(double amount, double left)
{
    return amount <= left + ROUNDING;
}

void
kbnt_quota_judge(const KbntValue *charged, KbntValue *faults)
{
    for (guint i = 0; i < kbnt_value_length(charged, KBNT_FIELD_CHARGES); i++) {
        const KbntValue *charge = kbnt_value_nth_value(charged, KBNT_FIELD_CHARGES, i);

        if (!fits(kbnt_value_get_number(charge, KBNT_FIELD_AMOUNT),
                  kbnt_value_get_number(charge, KBNT_FIELD_LEFT)))
            add_excess(charge, faults);
    }
}

static gboolean
is_limited(const KbntValue *charge)
{
    return kbnt_value_get_number(charge, KBNT_FIELD_LIMIT) != KBNT_QUOTA_UNLIMITED;
}

/* Returns: (nullable): the charge for cost whose account has the least left. */
static const KbntValue *
tightest_cost(const KbntValue *charged)
{
    const KbntValue *tightest = NULL;
    double least = KBNT_QUOTA_UNLIMITED;

    for (guint i = 0; i < kbnt_value_length(charged, KBNT_FIELD_CHARGES); i++) {
        const KbntValue *charge = kbnt_value_nth_value(charged, KBNT_FIELD_CHARGES, i);
        double left = kbnt_value_get_number(charge, KBNT_FIELD_LEFT);

        if (is_cost(charge) && is_limited(charge) && left < least) {
            least = left;
            tightest = charge;
        }
    }
    return tightest;
}

KbntValue *
kbnt_quota_budget(const KbntValue *charged, double cost_per_hour)
{
    const KbntValue *tightest = tightest_cost(charged);
    double left = tightest ? kbnt_value_get_number(tightest, KBNT_FIELD_LEFT) : 0;
    gboolean approved = !tightest || fits(cost_per_hour, left);
    KbntValue *budget = kbnt_value_new();

    kbnt_value_set_int(budget, KBNT_FIELD_BUDGET_STATUS,
                       approved ? KBNT_BUDGET_APPROVED : KBNT_BUDGET_EXCEEDED);
    kbnt_value_set_number(budget, KBNT_FIELD_COST_PER_HOUR_USD, cost_per_hour);
    if (tightest) {
        kbnt_value_copy_field(budget, tightest, KBNT_FIELD_LIMIT);
        kbnt_value_set_number(budget, KBNT_FIELD_LEFT,
                              MAX(0, approved ? left - cost_per_hour : left));
    }
    return budget;
}

static KbntValue *
view_of_quantity(const KbntQuotas *quotas, const char *account, KbntQuantity quantity,
                 const KbntValue *ledger)
{
    const KbntValue *row = find_row(ledger, account, quantity_names[quantity]);
    double limit = kbnt_quotas_limit(quotas, account, quantity);
    KbntValue *view = kbnt_value_new();

    kbnt_value_set_number(view, KBNT_FIELD_RESERVED,
                          row ? kbnt_value_get_number(row, KBNT_FIELD_RESERVED) : 0);
    kbnt_value_set_number(view, KBNT_FIELD_USED,
                          row ? kbnt_value_get_number(row, KBNT_FIELD_USED) : 0);
    kbnt_value_set_string(view, KBNT_FIELD_QUANTITY, quantity_names[quantity]);
    if (limit != KBNT_QUOTA_UNLIMITED)
        kbnt_value_set_number(view, KBNT_FIELD_LIMIT, limit);
    return view;
}

KbntValue *
kbnt_quota_view(const KbntQuotas *quotas, const char *account, const KbntValue *ledger)
{
    KbntValue *view = kbnt_value_new();

    for (guint i = 0; i < KBNT_N_QUANTITIES; i++)
        kbnt_value_take_item(view, KBNT_FIELD_CHARGES,
                             view_of_quantity(quotas, account, (KbntQuantity)i, ledger));
    return view;
}
