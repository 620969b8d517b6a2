/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store says of itself, as the tests of its suites ask for it. */
#include "contract-store.h"

/* Returns: (transfer full): the value that is the one field of a result. */
static KbntValue *
take_field(KbntValue *result, KbntField field)
{
    KbntValue *nested = kbnt_value_get_value(result, field);
    KbntValue *taken;

    CU_ASSERT_PTR_NOT_NULL_FATAL(nested);
    taken = kbnt_value_ref(nested);
    kbnt_value_unref(result);
    return taken;
}

KbntValue *
store_see_request(Contract *contract, guint number)
{
    return take_field(store_query(contract, KBNT_STORE_REQUEST,
                                  store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), 0)),
                      KBNT_FIELD_REQUEST);
}

KbntValue *
store_see_resource(Contract *contract, guint number)
{
    return take_field(
        store_query(contract, KBNT_STORE_RESOURCE,
                    store_value(KBNT_FIELD_VIRTUAL_RESOURCE_ID, store_resource_id(number), 0)),
        KBNT_FIELD_RESOURCE);
}

KbntValue *
store_see_message(Contract *contract, guint number)
{
    return store_query(contract, KBNT_STORE_INBOX,
                       store_value(KBNT_FIELD_MESSAGE_ID, store_id(number), 0));
}

static double
see_charge(Contract *contract, const char *account, KbntField field)
{
    g_autoptr(KbntValue) quota = store_query(
        contract, KBNT_STORE_QUOTA,
        store_value(KBNT_FIELD_ITEMS, store_value(KBNT_FIELD_ACCOUNT, account, 0), 0));
    double amount = 0;

    for (guint i = 0; i < kbnt_value_length(quota, KBNT_FIELD_CHARGES); i++)
        amount += kbnt_value_get_number(kbnt_value_nth_value(quota, KBNT_FIELD_CHARGES, i),
                                        field);
    return amount;
}

double
store_see_reserved(Contract *contract, const char *account)
{
    return see_charge(contract, account, KBNT_FIELD_RESERVED);
}

double
store_see_used(Contract *contract, const char *account)
{
    return see_charge(contract, account, KBNT_FIELD_USED);
}

guint
store_count_waiting(Contract *contract)
{
    g_autoptr(KbntValue) waiting = store_query(contract, KBNT_STORE_WAITING,
                                               store_value(KBNT_FIELD_MAX_ROWS, 100, 0));

    return kbnt_value_length(waiting, KBNT_FIELD_ITEMS);
}

guint
store_count_outbox(Contract *contract)
{
    g_autoptr(KbntValue) outbox = store_query(contract, KBNT_STORE_OUTBOX,
                                              store_value(KBNT_FIELD_MAX_ROWS, 1000, 0));

    return kbnt_value_length(outbox, KBNT_FIELD_ITEMS);
}

gint64
store_see_total(Contract *contract, const char *name)
{
    g_autoptr(KbntValue) totals = store_query(contract, KBNT_STORE_TOTALS, kbnt_value_new());
    gint64 sum = 0;

    for (guint i = 0; i < kbnt_value_length(totals, KBNT_FIELD_TOTALS); i++) {
        const KbntValue *total = kbnt_value_nth_value(totals, KBNT_FIELD_TOTALS, i);

        if (!g_strcmp0(kbnt_value_get_string(total, KBNT_FIELD_NAME), name))
            sum += kbnt_value_get_int(total, KBNT_FIELD_COUNT);
    }
    return sum;
}

guint
store_count_faults(Contract *contract)
{
    g_autoptr(KbntValue) check = store_query(contract, KBNT_STORE_CHECK, kbnt_value_new());

    for (guint i = 0; i < kbnt_value_length(check, KBNT_FIELD_FAULTS); i++)
        g_printerr("    fault: %s\n",
                   kbnt_value_get_string(kbnt_value_nth_value(check, KBNT_FIELD_FAULTS, i),
                                         KBNT_FIELD_MESSAGE));
    return kbnt_value_length(check, KBNT_FIELD_FAULTS);
}
