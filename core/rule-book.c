/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the rules of the domain as the configuration states them. */
#include "rule-book.h"

#include "json.h"

struct KbntRuleBook {
    KbntRules rules;
    KbntQuotas *quotas;
    KbntPolicy *policy;
    GPtrArray *group_names;
};

static gboolean
read_quotas(KbntRuleBook *book, const KbntQuotaConfig *quota, GError **error)
{
    g_autofree char *default_vms = g_strdup_printf("%" G_GINT64_FORMAT, quota->default_vms);

    book->quotas = kbnt_quotas_new();
    book->rules.quotas = book->quotas;
    if (!kbnt_quotas_set(book->quotas, "default.vms", default_vms, error))
        return FALSE;
    for (guint i = 0; quota->limits[i] != NULL; i += 2)
        if (!kbnt_quotas_set(book->quotas, quota->limits[i], quota->limits[i + 1], error)) {
            g_prefix_error(error, "[quota] %s: ", quota->limits[i]);
            return FALSE;
        }
    return TRUE;
}

static gboolean
refuse_policy(const char *file, const KbntValue *faults, GError **error)
{
    GString *text = g_string_new(NULL);
    guint n_faults = kbnt_value_length(faults, KBNT_FIELD_FAULTS);

    for (guint i = 0; i < n_faults; i++) {
        KbntValue *fault = kbnt_value_nth_value(faults, KBNT_FIELD_FAULTS, i);

        g_string_append_printf(text, "\n%s%s: %s", file,
                               kbnt_value_get_string(fault, KBNT_FIELD_POINTER),
                               kbnt_value_get_string(fault, KBNT_FIELD_MESSAGE));
    }
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID,
                "[policy] file: the rules are not valid%s", text->str);
    g_string_free(text, TRUE);
    return FALSE;
}

static gboolean
read_policy(KbntRuleBook *book, const char *file, GError **error)
{
    g_autoptr(KbntInput) input = NULL;
    g_autoptr(KbntValue) faults = NULL;
    g_autoptr(GError) cause = NULL;
    g_autofree char *text = NULL;
    gsize length = 0;

    if (*file == '\0')
        return TRUE;
    if (!g_file_get_contents(file, &text, &length, &cause)) {
        g_set_error(error, KBNT_ERROR, KBNT_ERROR_CONFIG_INVALID, "[policy] file: %s",
                    cause->message);
        return FALSE;
    }
    input = kbnt_json_parse(text, length, error);
    if (input == NULL) {
        g_prefix_error(error, "[policy] file: '%s': ", file);
        return FALSE;
    }
    faults = kbnt_value_new();
    book->policy = kbnt_policy_new(input, faults);
    book->rules.policy = book->policy;
    return book->policy != NULL || refuse_policy(file, faults, error);
}

static void
read_prices(KbntPrices *prices, const KbntCostConfig *cost)
{
    prices->cpu = cost->cpu_hour;
    prices->memory_gb = cost->memory_gb_hour;
    prices->disk_gb[KBNT_DISK_CLASS_STANDARD] = cost->standard_gb_hour;
    prices->disk_gb[KBNT_DISK_CLASS_SSD] = cost->ssd_gb_hour;
    prices->disk_gb[KBNT_DISK_CLASS_HDD] = cost->hdd_gb_hour;
    prices->disk_gb[KBNT_DISK_CLASS_NVME] = cost->nvme_gb_hour;
    prices->network = cost->network_hour;
}

static void
read_groups(KbntRuleBook *book, const GPtrArray *groups)
{
    book->group_names = g_ptr_array_new();
    for (guint i = 0; i < groups->len; i++)
        g_ptr_array_add(book->group_names,
                        ((KbntSecurityGroup *)g_ptr_array_index(groups, i))->name);
    g_ptr_array_add(book->group_names, NULL);
    book->rules.security_groups = (const char *const *)book->group_names->pdata;
}

KbntRuleBook *
kbnt_rule_book_new(const KbntCoreConfig *core, GError **error)
{
    g_autoptr(KbntRuleBook) book = g_new0(KbntRuleBook, 1);

    book->rules.default_image = core->images->default_image;
    read_prices(&book->rules.prices, core->cost);
    read_groups(book, core->security_groups);
    if (!kbnt_vlans_parse(core->networks->vlans, &book->rules.vlans, error)) {
        g_prefix_error(error, "[networks] vlans: ");
        return NULL;
    }
    if (!read_quotas(book, core->quota, error) || !read_policy(book, core->policy->file, error))
        return NULL;
    return g_steal_pointer(&book);
}

void
kbnt_rule_book_free(KbntRuleBook *book)
{
    if (book == NULL)
        return;
    kbnt_quotas_free(book->quotas);
    kbnt_policy_free(book->policy);
    g_clear_pointer(&book->group_names, g_ptr_array_unref);
    g_free(book);
}

const KbntRules *
kbnt_rule_book_rules(const KbntRuleBook *book)
{
    return &book->rules;
}

KbntServiceTargets
kbnt_service_targets(const KbntSlaConfig *sla)
{
    return (KbntServiceTargets){
        .seconds = {
            [KBNT_PRIORITY_LOW] = (double) sla->target_low_ms / 1000,
            [KBNT_PRIORITY_NORMAL] = (double) sla->target_normal_ms / 1000,
            [KBNT_PRIORITY_HIGH] = (double) sla->target_high_ms / 1000,
            [KBNT_PRIORITY_CRITICAL] = (double) sla->target_critical_ms / 1000,
        },
    };
}
