/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mock-hosts.c: owns the hosts and images that the configuration makes up. */
#include "mock.h"

#include <string.h>

#define BYTES_PER_MB (1024 * 1024)

gboolean
mock_host_is_alive(const Mock *mock, const char *host)
{
    return g_strv_contains((const char *const *)mock->config->hosts, host) &&
           !g_strv_contains((const char *const *)mock->config->lost_hosts, host);
}

gboolean
mock_has_image(const Mock *mock, const char *image)
{
    return g_strv_contains((const char *const *)mock->config->images, image);
}

/* Returns: (transfer none) (nullable): what stands behind "HOST=" in the item. */
static const char *
value_for_host(const char *item, const char *host)
{
    gsize length = strlen(host);

    return strncmp(item, host, length) == 0 && item[length] == '=' ? item + length + 1 : NULL;
}

static void
set_region(const Mock *mock, KbntValue *report, const char *host)
{
    for (char **item = mock->config->regions; *item; item++) {
        const char *region = value_for_host(*item, host);

        if (region)
            kbnt_value_set_string(report, KBNT_FIELD_REGION, region);
    }
}

static void
set_labels(const Mock *mock, KbntValue *report, const char *host)
{
    kbnt_value_set_empty_list(report, KBNT_FIELD_LABELS);
    for (char **item = mock->config->labels; *item; item++) {
        const char *label = strchr(*item, '=') ? value_for_host(*item, host) : *item;

        if (label)
            kbnt_value_append_string(report, KBNT_FIELD_LABELS, label);
    }
}

/* Made up, but the same for the same name, so that a changed image can be told. */
static KbntValue *
make_image(const char *name)
{
    KbntValue *image = kbnt_value_new();
    g_autofree char *content = g_strdup_printf("kbnt-mock-image:%s", name);
    g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, content, -1);

    kbnt_value_set_string(image, KBNT_FIELD_NAME, name);
    kbnt_value_set_string(image, KBNT_FIELD_SHA256, sha256);
    return image;
}

static KbntValue *
make_capacity(const MockConfig *config)
{
    KbntValue *capacity = kbnt_value_new();

    kbnt_value_set_int(capacity, KBNT_FIELD_CPU, config->cores);
    kbnt_value_set_int(capacity, KBNT_FIELD_MEMORY_MB,
                       (gint64)(config->memory_bytes / BYTES_PER_MB));
    kbnt_value_set_int(capacity, KBNT_FIELD_DISK_MB,
                       (gint64)(config->disk_bytes / BYTES_PER_MB));
    return capacity;
}

static KbntValue *
report_host(const Mock *mock, const char *host)
{
    KbntValue *report = kbnt_value_new();

    kbnt_value_set_string(report, KBNT_FIELD_HOST, host);
    kbnt_value_set_string(report, KBNT_FIELD_HYPERVISOR, "mock");
    kbnt_value_set_int(report, KBNT_FIELD_ALIVE, mock_host_is_alive(mock, host));
    kbnt_value_take_value(report, KBNT_FIELD_CAPACITY, make_capacity(mock->config));
    set_region(mock, report, host);
    set_labels(mock, report, host);
    kbnt_value_set_empty_list(report, KBNT_FIELD_IMAGES);
    for (char **image = mock->config->images; *image; image++)
        kbnt_value_take_item(report, KBNT_FIELD_IMAGES, make_image(*image));
    return report;
}

gboolean
mock_list_hosts(Mock *mock, KbntTask *task, KbntValue **ret_result, GError **error)
{
    KbntValue *result = kbnt_value_new();

    kbnt_value_set_empty_list(result, KBNT_FIELD_HOSTS);
    for (char **host = mock->config->hosts; *host; host++)
        kbnt_value_take_item(result, KBNT_FIELD_HOSTS, report_host(mock, *host));
    *ret_result = result;
    return TRUE;
}
