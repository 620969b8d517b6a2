/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cost.c: owns the price of a specification and of the hours that have begun. */
#include "cost.h"

#include "quantity.h"

/* Prices are rounded to a billionth: 0.045 is 0.045, not 0.045000000000000005. */
#define PARTS_PER_USD 1e9
#define ROUNDED_MAX_USD 1e6
#define MS_PER_HOUR (G_GINT64_CONSTANT(3600) * 1000)

static double
gigabytes(const KbntValue *specification, KbntField field)
{
    return (double)kbnt_value_get_int(specification, field) / KBNT_MB_PER_GB;
}

static double
disk_price(const KbntPrices *prices, const KbntValue *specification)
{
    gint64 class = kbnt_value_get_int(specification, KBNT_FIELD_DISK_CLASS);

    return prices->disk_gb[class ? class : KBNT_DISK_CLASS_STANDARD];
}

static double
sum_of_prices(const KbntPrices *prices, KbntRequestType verb, const KbntValue *specification)
{
    switch (verb) {
    case KBNT_REQUEST_TYPE_CREATE_VIRTUAL_MACHINE:
        return prices->cpu * (double)kbnt_value_get_int(specification, KBNT_FIELD_CPU) +
               prices->memory_gb * gigabytes(specification, KBNT_FIELD_MEMORY_MB) +
               disk_price(prices, specification) * gigabytes(specification, KBNT_FIELD_DISK_MB);
    case KBNT_REQUEST_TYPE_ALLOCATE_STORAGE:
        return disk_price(prices, specification) * gigabytes(specification, KBNT_FIELD_SIZE_MB);
    case KBNT_REQUEST_TYPE_CREATE_NETWORK:
        return prices->network;
    default:
        return 0;
    }
}

double
kbnt_cost_per_hour(const KbntPrices *prices, KbntRequestType verb,
                   const KbntValue *specification)
{
    double sum = sum_of_prices(prices, verb, specification);

    if (sum > ROUNDED_MAX_USD)
        return sum;
    return (double)(gint64)(sum * PARTS_PER_USD + 0.5) / PARTS_PER_USD;
}

gint64
kbnt_cost_hours_begun(gint64 created_ms, gint64 now_ms)
{
    return now_ms <= created_ms ? 1 : (now_ms - created_ms) / MS_PER_HOUR + 1;
}

double
kbnt_cost_until(double cost_per_hour, gint64 created_ms, gint64 now_ms)
{
    return cost_per_hour * (double)kbnt_cost_hours_begun(created_ms, now_ms);
}
