/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of limits, charges and the budget. */
#include "fault.h"
#include "quota.h"
#include "runner.h"

static const char *const blue[] = { "blue", "unknown", NULL };

static KbntQuotas *
sample_quotas(void)
{
    KbntQuotas *quotas = kbnt_quotas_new();

    g_assert(kbnt_quotas_set(quotas, "default.vms", "10", NULL));
    g_assert(kbnt_quotas_set(quotas, "user.eve@example.org.vms", "2", NULL));
    g_assert(kbnt_quotas_set(quotas, "group.blue.memory", "16GB", NULL));
    g_assert(kbnt_quotas_set(quotas, "total.cost_per_hour", "0.1", NULL));
    return quotas;
}

static KbntValue *
sample_machine(void)
{
    KbntValue *machine = kbnt_value_new();

    kbnt_value_set_int(machine, KBNT_FIELD_CPU, 4);
    kbnt_value_set_int(machine, KBNT_FIELD_MEMORY_MB, 8192);
    kbnt_value_set_int(machine, KBNT_FIELD_DISK_MB, 102400);
    return machine;
}

static void
add_row(KbntValue *ledger, const char *account, const char *quantity, double reserved,
        double used)
{
    KbntValue *row = kbnt_value_new();

    kbnt_value_set_string(row, KBNT_FIELD_ACCOUNT, account);
    kbnt_value_set_string(row, KBNT_FIELD_QUANTITY, quantity);
    kbnt_value_set_number(row, KBNT_FIELD_RESERVED, reserved);
    kbnt_value_set_number(row, KBNT_FIELD_USED, used);
    kbnt_value_take_item(ledger, KBNT_FIELD_CHARGES, row);
}

/* Returns: (nullable): the charge of an account's quantity. */
static const KbntValue *
charge_of(const KbntValue *charged, const char *account, const char *quantity)
{
    for (guint i = 0; i < kbnt_value_length(charged, KBNT_FIELD_CHARGES); i++) {
        const KbntValue *charge = kbnt_value_nth_value(charged, KBNT_FIELD_CHARGES, i);

        if (g_str_equal(kbnt_value_get_string(charge, KBNT_FIELD_ACCOUNT), account) &&
            g_str_equal(kbnt_value_get_string(charge, KBNT_FIELD_QUANTITY), quantity))
            return charge;
    }
    return NULL;
}

/* Returns: (transfer full): the charges of a machine of 0.045 USD an hour. */
static KbntValue *
charge_machine(const char *user, const char *const *groups, const KbntValue *ledger)
{
    g_autoptr(KbntQuotas) quotas = sample_quotas();
    g_autoptr(KbntValue) machine = sample_machine();
    KbntValue *charged = kbnt_value_new();

    kbnt_quota_charge(quotas, user, groups, KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE, machine,
                      0.045, ledger, charged);
    return charged;
}

static void
the_default_holds_for_users_without_a_limit_of_their_own(void)
{
    g_autoptr(KbntQuotas) quotas = sample_quotas();

    CU_ASSERT(kbnt_quotas_limit(quotas, "user:adam", KBNT_QUANTITY_VMS) == 10);
    CU_ASSERT(kbnt_quotas_limit(quotas, "user:eve@example.org", KBNT_QUANTITY_VMS) == 2);
    CU_ASSERT(kbnt_quotas_limit(quotas, "group:blue", KBNT_QUANTITY_VMS) ==
              KBNT_QUOTA_UNLIMITED);
    CU_ASSERT(kbnt_quotas_limit(quotas, "group:blue", KBNT_QUANTITY_MEMORY) == 16384);
}

static void
a_key_or_limit_that_makes_no_sense_is_refused_by_name(void)
{
    static const struct {
        const char *key;
        const char *limit;
    } rows[] = {
        { "vms", "1" },          { "default.virtues", "1" }, { "user..vms", "1" },
        { "nobody.vms", "1" },   { "default.vms", "many" },  { "default.vms", "-1" },
        { "total.memory", "x" }, { "default.vms", "nan" },
    };
    g_autoptr(KbntQuotas) quotas = kbnt_quotas_new();

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        CU_ASSERT(!kbnt_quotas_set(quotas, rows[i].key, rows[i].limit, &error));
        kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID);
        kbnt_assert_contains(error->message, rows[i].key);
    }
}

static void
a_user_is_charged_for_everything_and_others_for_what_is_limited(void)
{
    g_autoptr(KbntValue) charged = charge_machine("adam", blue, NULL);

    kbnt_assert_int(kbnt_value_length(charged, KBNT_FIELD_CHARGES), 7);
    CU_ASSERT(kbnt_value_get_number(charge_of(charged, "user:adam", "cores"),
                                    KBNT_FIELD_AMOUNT) == 4);
    CU_ASSERT(kbnt_value_get_number(charge_of(charged, "user:adam", "storage"),
                                    KBNT_FIELD_AMOUNT) == 102400);
    CU_ASSERT(kbnt_value_get_number(charge_of(charged, "group:blue", "memory"),
                                    KBNT_FIELD_AMOUNT) == 8192);
    CU_ASSERT(kbnt_value_get_number(charge_of(charged, "total", "cost_per_hour"),
                                    KBNT_FIELD_LIMIT) == 0.1);
    CU_ASSERT_PTR_NULL(charge_of(charged, "total", "vms"));
}

static void
what_is_reserved_and_used_counts_against_the_limit(void)
{
    g_autoptr(KbntValue) ledger = kbnt_value_new();
    g_autoptr(KbntValue) charged = NULL;
    g_autoptr(KbntValue) faults = kbnt_value_new();

    add_row(ledger, "user:adam", "vms", 4, 6);
    charged = charge_machine("adam", NULL, ledger);
    kbnt_quota_judge(charged, faults);

    kbnt_assert_int(kbnt_fault_count(faults), 1);
    kbnt_assert_string(kbnt_value_get_string(kbnt_value_nth_value(faults, KBNT_FIELD_FAULTS, 0),
                                             KBNT_FIELD_MESSAGE),
                       "'vms' of 'user:adam' is limited to 10: 10 are taken, 1 more were asked "
                       "for");
}

static void
the_last_one_that_fits_is_allowed(void)
{
    g_autoptr(KbntValue) ledger = kbnt_value_new();
    g_autoptr(KbntValue) charged = NULL;
    g_autoptr(KbntValue) faults = kbnt_value_new();

    add_row(ledger, "user:adam", "vms", 0, 9);
    charged = charge_machine("adam", NULL, ledger);
    kbnt_quota_judge(charged, faults);

    kbnt_assert_int(kbnt_fault_count(faults), 0);
}

static void
the_cost_is_a_budget_with_a_code_of_its_own(void)
{
    g_autoptr(KbntValue) ledger = kbnt_value_new();
    g_autoptr(KbntValue) charged = NULL;
    g_autoptr(KbntValue) faults = kbnt_value_new();
    g_autoptr(KbntValue) budget = NULL;

    add_row(ledger, "total", "cost_per_hour", 0.02, 0.04);
    charged = charge_machine("adam", NULL, ledger);
    kbnt_quota_judge(charged, faults);
    budget = kbnt_quota_budget(charged, 0.045);

    kbnt_assert_int(kbnt_fault_leading_code(faults), KBNT_ERROR_BUDGET_EXCEEDED);
    kbnt_assert_int(kbnt_value_get_int(budget, KBNT_FIELD_BUDGET_STATUS), KBNT_BUDGET_EXCEEDED);
    CU_ASSERT(ABS(kbnt_value_get_number(budget, KBNT_FIELD_LEFT) - 0.04) < 1e-9);
}

static void
an_approved_budget_says_what_remains(void)
{
    g_autoptr(KbntValue) charged = charge_machine("adam", NULL, NULL);
    g_autoptr(KbntValue) budget = kbnt_quota_budget(charged, 0.045);

    kbnt_assert_int(kbnt_value_get_int(budget, KBNT_FIELD_BUDGET_STATUS), KBNT_BUDGET_APPROVED);
    CU_ASSERT(kbnt_value_get_number(budget, KBNT_FIELD_LIMIT) == 0.1);
    CU_ASSERT(ABS(kbnt_value_get_number(budget, KBNT_FIELD_LEFT) - 0.055) < 1e-9);
}

static void
without_a_limit_a_budget_has_neither_limit_nor_rest(void)
{
    g_autoptr(KbntValue) nothing = kbnt_value_new();
    g_autoptr(KbntValue) budget = kbnt_quota_budget(nothing, 7);

    kbnt_assert_int(kbnt_value_get_int(budget, KBNT_FIELD_BUDGET_STATUS), KBNT_BUDGET_APPROVED);
    CU_ASSERT(!kbnt_value_has(budget, KBNT_FIELD_LIMIT));
    CU_ASSERT(!kbnt_value_has(budget, KBNT_FIELD_LEFT));
}

static void
a_view_has_a_row_for_every_quantity(void)
{
    g_autoptr(KbntQuotas) quotas = sample_quotas();
    g_autoptr(KbntValue) ledger = kbnt_value_new();
    g_autoptr(KbntValue) view = NULL;

    add_row(ledger, "user:adam", "vms", 1, 2);
    view = kbnt_quota_view(quotas, "user:adam", ledger);

    kbnt_assert_int(kbnt_value_length(view, KBNT_FIELD_CHARGES), KBNT_N_QUANTITIES);
    CU_ASSERT(kbnt_value_get_number(kbnt_value_nth_value(view, KBNT_FIELD_CHARGES, 0),
                                    KBNT_FIELD_USED) == 2);
    CU_ASSERT(kbnt_value_get_number(kbnt_value_nth_value(view, KBNT_FIELD_CHARGES, 0),
                                    KBNT_FIELD_LIMIT) == 10);
    CU_ASSERT(
        !kbnt_value_has(kbnt_value_nth_value(view, KBNT_FIELD_CHARGES, 1), KBNT_FIELD_LIMIT));
}

/* Accepts machines while the judgement allows it, from any mixture of users. */
static void
no_sequence_of_accepted_charges_ever_passes_a_limit(void)
{
    static const char *const users[] = { "adam", "eve@example.org", "lilith" };
    g_autoptr(GRand) random = g_rand_new_with_seed(20251124);
    double vms[G_N_ELEMENTS(users)] = { 0 };
    double cost = 0;

    for (guint i = 0; i < 300; i++) {
        guint who = (guint)g_rand_int_range(random, 0, G_N_ELEMENTS(users));
        g_autofree char *account = g_strconcat("user:", users[who], NULL);
        g_autoptr(KbntValue) ledger = kbnt_value_new();
        g_autoptr(KbntValue) faults = kbnt_value_new();
        g_autoptr(KbntValue) charged = NULL;

        add_row(ledger, account, "vms", vms[who], 0);
        add_row(ledger, "total", "cost_per_hour", 0, cost);
        charged = charge_machine(users[who], NULL, ledger);
        kbnt_quota_judge(charged, faults);
        if (kbnt_fault_count(faults) == 0) {
            vms[who]++;
            cost += 0.045;
        } else if (vms[who] > 0 && g_rand_boolean(random)) {
            vms[who]--;
            cost -= 0.045;
        }
        CU_ASSERT(vms[1] <= 2 && vms[who] >= 0 && vms[who] <= 10);
        CU_ASSERT(cost <= 0.1 + 1e-9 && cost >= -1e-9);
    }
}

static const KbntTest tests[] = {
    KBNT_TEST(the_default_holds_for_users_without_a_limit_of_their_own),
    KBNT_TEST(a_key_or_limit_that_makes_no_sense_is_refused_by_name),
    KBNT_TEST(a_user_is_charged_for_everything_and_others_for_what_is_limited),
    KBNT_TEST(what_is_reserved_and_used_counts_against_the_limit),
    KBNT_TEST(the_last_one_that_fits_is_allowed),
    KBNT_TEST(the_cost_is_a_budget_with_a_code_of_its_own),
    KBNT_TEST(an_approved_budget_says_what_remains),
    KBNT_TEST(without_a_limit_a_budget_has_neither_limit_nor_rest),
    KBNT_TEST(a_view_has_a_row_for_every_quantity),
    KBNT_TEST(no_sequence_of_accepted_charges_ever_passes_a_limit),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("domain/quota", argc, argv, tests, G_N_ELEMENTS(tests));
}
