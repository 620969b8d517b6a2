/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns every key of the core's own sections, as tables and as the structs that they fill.
 *
 * Durations are milliseconds, sizes bytes; strings and lists are never NULL. */
#pragma once

#include "config.h"

#include <kbnt/kbnt-values.h>

/* The choices of kbnt.role are in the order of KbntHalf: see kbnt_core_half(). */
typedef struct {
    gint64 role;
    char *transport;
    char *provisioner;
    char *store;
    char **sinks;
    char *state_dir;
    char *runtime_dir;
    char *plugin_dir;
    char *region;
    gint64 log_level; /* of log_levels, see kbnt_core_log_level() */
    gint64 log_format;
    gint64 drain_ms;
} KbntMainConfig;

typedef struct {
    char *listen; /* "" by role: see kbnt_core_listen() */
    gint64 publish_wait_ms;
    guint64 body_bytes;
    guint64 header_bytes;
    gint64 header_count;
    gint64 connections;
    gint64 connections_per_address;
    gint64 head_timeout_ms;
    gint64 body_timeout_ms;
    gint64 handling_timeout_ms;
    gint64 answer_timeout_ms;
    char **hosts;
    char **cors_origins;
} KbntHttpConfig;

typedef struct {
    char **modes;
} KbntAuthConfig;

/* limits: names ("user.ann.cores") and texts in turn, without default.vms. */
typedef struct {
    gint64 default_vms;
    char **limits;
} KbntQuotaConfig;

typedef struct {
    char *file;
} KbntPolicyConfig;

typedef struct {
    char *signing_keys;
    gboolean accept_unsigned;
} KbntSecurityConfig;

typedef struct {
    char *url;
    char *user;
    char *password;
    char *ca_file;
    gboolean registers;
} KbntRegistryConfig;

typedef struct {
    char *group;
    gint64 backlog;
    gint64 window;
} KbntProducerConfig;

typedef struct {
    gint64 machine_ms;
    gint64 storage_ms;
    gint64 network_ms;
    gint64 power_ms;
    gint64 attachment_ms;
    gint64 deletion_ms;
} KbntDeadlineConfig;

typedef struct {
    gint64 requests_ms;
    gint64 events_ms;
    gint64 audit_ms;
    gint64 inbox_ms;
    gint64 dead_letters_ms;
} KbntRetentionConfig;

typedef struct {
    double cpu_hour;
    double memory_gb_hour;
    double standard_gb_hour;
    double ssd_gb_hour;
    double hdd_gb_hour;
    double nvme_gb_hour;
    double network_hour;
} KbntCostConfig;

typedef struct {
    double objective;
    gint64 window_ms;
    gint64 target_low_ms;
    gint64 target_normal_ms;
    gint64 target_high_ms;
    gint64 target_critical_ms;
} KbntSlaConfig;

typedef struct {
    gint64 machine_ms;
    gint64 storage_ms;
    gint64 network_ms;
} KbntEstimateConfig;

typedef struct {
    char *default_image;
} KbntImagesConfig;

typedef struct {
    char *ingress; /* "tcp/22 icmp" */
} KbntSecurityGroupConfig;

typedef struct {
    char *vlans; /* "1-4094" */
    char *domain;
} KbntNetworksConfig;

typedef struct {
    char *group;
    gint64 workers;
    gint64 batch_size;
    gint64 poll_timeout_ms;
    gint64 session_timeout_ms;
    gint64 commit_interval_ms;
    gint64 window;
    gint64 host_report_ms;
    gint64 reconcile_interval_ms;
} KbntConsumerConfig;

typedef struct {
    guint64 behind_bytes;
} KbntEventsConfig;

/* One [securitygroup NAME]. */
typedef struct {
    char *name;
    const KbntSecurityGroupConfig *config;
} KbntSecurityGroup;

/* All of them; the blocks belong to the KbntConfig. */
typedef struct {
    const KbntMainConfig *kbnt;
    const KbntHttpConfig *http;
    const KbntAuthConfig *auth;
    const KbntQuotaConfig *quota;
    const KbntPolicyConfig *policy;
    const KbntSecurityConfig *security;
    const KbntRegistryConfig *registry;
    const KbntProducerConfig *producer;
    const KbntConsumerConfig *consumer;
    const KbntEventsConfig *events;
    const KbntDeadlineConfig *deadline;
    const KbntRetentionConfig *retention;
    const KbntCostConfig *cost;
    const KbntSlaConfig *sla;
    const KbntEstimateConfig *estimate;
    const KbntImagesConfig *images;
    const KbntNetworksConfig *networks;
    GPtrArray *security_groups; /* KbntSecurityGroup, by name; "default" is always there */
} KbntCoreConfig;

/* A section as the printers show it; name is a glob for the sections of a kind. */
typedef struct {
    const char *name;
    const char *summary;
    KbntKeyTable table;
    gsize offset; /* of the member of KbntCoreConfig; unused for a glob */
} KbntCoreSection;

/* Returns: (transfer none): all sections, in the order of the manual. */
const KbntCoreSection *kbnt_core_sections(guint *ret_n_sections);

/* Declares every section of the core. Returns: (transfer full). */
KbntCoreConfig *kbnt_core_config_declare(KbntConfig *config);
void kbnt_core_config_free(KbntCoreConfig *core);

/* Refuses, in config, combinations that cannot work; each says why and what to edit. */
void kbnt_core_config_check(const KbntCoreConfig *core, KbntConfig *config);

KbntHalf kbnt_core_half(const KbntCoreConfig *core);

/* Returns: a KbntLogLevel. */
gint kbnt_core_log_level(const KbntCoreConfig *core);

/* Returns: (transfer none): the address to listen on, by role where none is set. */
const char *kbnt_core_listen(const KbntCoreConfig *core);

/* Returns: whether nobody is asked who he is. */
gboolean kbnt_core_is_unauthenticated(const KbntCoreConfig *core);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KbntCoreConfig, kbnt_core_config_free)
