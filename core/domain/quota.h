/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * quota.h: owns how much a user, a group and everybody together may have.
 *
 * A request that creates becomes charges; the store reserves them in the transaction that
 * accepts it, and turns them into used ones, or releases them, when it ends. An account is
 * "user:NAME", "group:NAME" or "total".
 */
#ifndef KBNT_QUOTA_H
#define KBNT_QUOTA_H

#include <glib.h>
#include <kbnt/kbnt-values.h>

/* KBNT_QUANTITY_TABLE: Q(number, NAME, "name"); memory and storage count MB. */
#define KBNT_QUANTITY_TABLE(Q) \
    Q(0, VMS, "vms") \
    Q(1, CORES, "cores") \
    Q(2, MEMORY, "memory") \
    Q(3, STORAGE, "storage") \
    Q(4, NETWORKS, "networks") \
    Q(5, COST_PER_HOUR, "cost_per_hour")

#define KBNT_ROW(number, name, text) KBNT_QUANTITY_##name = (number),
typedef enum { KBNT_QUANTITY_TABLE(KBNT_ROW) KBNT_N_QUANTITIES } KbntQuantity;
#undef KBNT_ROW

/* What stands for no limit in a charge: any sum is less. */
#define KBNT_QUOTA_UNLIMITED G_MAXDOUBLE

/* All limits of the configuration. */
typedef struct KbntQuotas KbntQuotas;

KbntQuotas *kbnt_quotas_new(void);
void kbnt_quotas_free(KbntQuotas *quotas);

/*
 * Sets the limit of a key of [quota]: "default.vms", "user.NAME.cores", "group.NAME.memory",
 * "total.storage"; FALSE sets CONFIG_INVALID. default holds for each user without one.
 */
gboolean kbnt_quotas_set(KbntQuotas *quotas, const char *key, const char *limit,
                         GError **error);

/* Returns: the limit, or KBNT_QUOTA_UNLIMITED. */
double kbnt_quotas_limit(const KbntQuotas *quotas, const char *account, KbntQuantity quantity);

/* What the ledger calls the quantity. */
const char *kbnt_quantity_name(KbntQuantity quantity);

/* How the account of a user begins; as it stands, the ledger takes it for all users together.
 */
#define KBNT_QUOTA_OF_USERS "user:"

/*
 * Returns: (transfer full): the accounts whose rows in the ledger matter to a user of these
 *   groups (nullable): the user's, those groups' and the total's that have limits.
 */
char **kbnt_quota_accounts(const KbntQuotas *quotas, const char *user,
                           const char *const *groups);

/*
 * Appends to CHARGES of into what a verb that creates takes: for the user every quantity, for
 * groups and the total those with a limit. Each is {ACCOUNT, QUANTITY, AMOUNT, LIMIT, LEFT (of
 * the limit, before the charge)}; ledger is {CHARGES: values {ACCOUNT, QUANTITY, RESERVED,
 * USED}}, a row that it lacks is 0.
 */
void kbnt_quota_charge(const KbntQuotas *quotas, const char *user, const char *const *groups,
                       KbntRequestType verb, const KbntValue *specification,
                       double cost_per_hour, const KbntValue *ledger, KbntValue *into);

/*
 * Adds a QUOTA_EXCEEDED, of the cost a BUDGET_EXCEEDED, for each of the CHARGES of charged that
 * does not fit.
 */
void kbnt_quota_judge(const KbntValue *charged, KbntValue *faults);

/*
 * Returns: (transfer full): {BUDGET_STATUS, COST_PER_HOUR_USD, and where the cost has a limit
 *   LIMIT and LEFT}, of the account with the least left; LEFT is what remains after the
 *   request where it fits, else what there is.
 */
KbntValue *kbnt_quota_budget(const KbntValue *charged, double cost_per_hour);

/*
 * Returns: (transfer full): {CHARGES: values {QUANTITY, RESERVED, USED, and LIMIT where there
 * is one}}, one for each quantity, of one account.
 */
KbntValue *kbnt_quota_view(const KbntQuotas *quotas, const char *account,
                           const KbntValue *ledger);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntQuotas, kbnt_quotas_free)

#endif
