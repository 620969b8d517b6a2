/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns every key of the core's own sections: the tables, from which code, example file, manual
 * and reference are made. */
#include "config-keys.h"

#include "config-checks.h"

#define KEY(key, type_name, member, text, sentence, ...) \
    { \
        .name = (key), .type = KBNT_KEY_##type_name, .offset = G_STRUCT_OFFSET(BLOCK, member), \
        .default_text = (text), .since = "0.1.0", .help = (sentence), ##__VA_ARGS__ \
    }
#define RELOADABLE .flags = KBNT_KEY_RELOADABLE
#define RANGE(least, most) .minimum = (least), .maximum = (most)

static const char *const roles[] = { "producer", "consumer", "all", NULL };
static const char *const log_levels[] = { "error", "warning", "notice", "info", "debug", NULL };
static const char *const log_formats[] = { "auto", "json", "journal", NULL };

/* clang-format off */
#define BLOCK KbntMainConfig
static const KbntKey main_keys[] = {
    KEY("role", CHOICE, role, "all",
        "Which half of the work this process does: accepting requests, provisioning, or both",
        .choices = roles),
    KEY("transport", STRING, transport, "memory",
        "The plugin that carries messages from producer to consumer and events back", .check = kbnt_check_plugin),
    KEY("provisioner", STRING, provisioner, "mock",
        "The plugin that makes machines, disks and networks", .check = kbnt_check_plugin),
    KEY("store", STRING, store, "sqlite", "The plugin that keeps the journal", .check = kbnt_check_plugin),
    KEY("sinks", LIST, sinks, "prometheus;log", "The plugins that watch"),
    KEY("state_dir", PATH, state_dir, KBNT_STATE_DIR,
        "The folder of all that must survive a restart; each role has its own store in it"),
    KEY("runtime_dir", PATH, runtime_dir, KBNT_RUNTIME_DIR,
        "The folder of the administration's socket, ROLE.sock"),
    KEY("plugin_dir", STRING, plugin_dir, KBNT_PLUGIN_DIR,
        "Folders of plugins, separated by ':'; the first match wins, a shadowed one is logged"),
    KEY("region", STRING, region, "local",
        "The region of a host whose provisioner names none", .check = kbnt_check_word),
    KEY("log_level", CHOICE, log_level, "info", "The least important lines that are logged",
        .choices = log_levels, RELOADABLE),
    KEY("log_format", CHOICE, log_format, "auto",
        "Where the log goes: json to standard error, journal to systemd; auto is journal under "
        "systemd and json elsewhere",
        .choices = log_formats),
    KEY("drain", DURATION, drain_ms, "20s",
        "How long a stop waits for what was begun", RANGE("0", "10m")),
};
#undef BLOCK

#define BLOCK KbntHttpConfig
static const KbntKey http_keys[] = {
    KEY("listen", STRING, listen, "",
        "Address and port; empty is 127.0.0.1:8080, for the role consumer 127.0.0.1:8081"),
    KEY("publish_wait", DURATION, publish_wait_ms, "100ms",
        "How long a POST waits for the broker's confirmation before it is answered as QUEUED",
        RANGE("0", "30s"), RELOADABLE),
    KEY("body_limit", SIZE, body_bytes, "256KiB", "The largest body of a request; 413 beyond",
        RANGE("1KiB", "16MiB")),
    KEY("header_limit", SIZE, header_bytes, "8KiB",
        "The largest header of a request, its first line included; 431 beyond",
        RANGE("1KiB", "64KiB")),
    KEY("header_count", INT, header_count, "64", "The most header lines; 431 beyond",
        RANGE("8", "1024"), .unit = "lines"),
    KEY("connections", INT, connections, "4096", "The most connections; 503 beyond",
        RANGE("1", "65536"), .unit = "connections"),
    KEY("connections_per_address", INT, connections_per_address, "2048",
        "The most connections of one address; 503 beyond", RANGE("1", "65536"),
        .unit = "connections"),
    KEY("head_timeout", DURATION, head_timeout_ms, "30s",
        "From a connection, or its last answer, to the end of the next header",
        RANGE("100ms", "10m")),
    KEY("body_timeout", DURATION, body_timeout_ms, "15s",
        "From the end of the header to the end of the body; 408 beyond", RANGE("100ms", "10m")),
    KEY("handling_timeout", DURATION, handling_timeout_ms, "30s",
        "The longest that an answer may take to be found; 503 beyond", RANGE("100ms", "10m")),
    KEY("answer_timeout", DURATION, answer_timeout_ms, "30s",
        "The longest that a client may take to receive an answer", RANGE("100ms", "10m")),
    KEY("hosts", LIST, hosts, "",
        "Names that are accepted as Host beside the loopback ones; 421 for others"),
    KEY("cors_origins", LIST, cors_origins, "",
        "Origins whose pages a browser lets use the API"),
};
#undef BLOCK

#define BLOCK KbntAuthConfig
static const KbntKey auth_keys[] = {
    KEY("mode", LIST, modes, "none",
        "How callers prove who they are: none, on loopback only"),
};
#undef BLOCK

#define BLOCK KbntQuotaConfig
static const KbntKey quota_keys[] = {
    KEY("default.vms", INT, default_vms, "100",
        "Machines that a user without a limit of his own may have", RANGE("0", "1000000"),
        .unit = "machines", RELOADABLE),
    KEY("*.*", OPEN, limits, NULL,
        "Other limits: default.QUANTITY, user.NAME.QUANTITY, group.NAME.QUANTITY and "
        "total.QUANTITY of vms, cores, memory, storage, networks and cost_per_hour; sizes "
        "are in GB or have a unit, costs in USD",
        RELOADABLE, .check = kbnt_check_limit),
};
#undef BLOCK

#define BLOCK KbntPolicyConfig
static const KbntKey policy_keys[] = {
    KEY("file", PATH, file, "", "Rules in JSON that every request must keep; empty for none",
        RELOADABLE),
};
#undef BLOCK

#define BLOCK KbntSecurityConfig
static const KbntKey security_keys[] = {
    KEY("signing_keys", PATH, signing_keys, "",
        "The file of the keys that sign messages, needed with any broker: kbntctl keys new"),
    KEY("accept_unsigned", BOOL, accept_unsigned, "false",
        "Takes in records without a signature, for labs and foreign publishers"),
};
#undef BLOCK

#define BLOCK KbntRegistryConfig
static const KbntKey registry_keys[] = {
    KEY("url", STRING, url, "",
        "Where foreign schemas are looked up, beside the registry that kbntd itself is; empty for nowhere",
        .check = kbnt_check_url),
    KEY("user", STRING, user, "", "Who asks the registry; empty for anybody"),
    KEY("password", SECRET, password, "", "The password of that user"),
    KEY("ca", PATH, ca_file, "", "The file of authorities that the registry's certificate is held to; empty for those of the system"),
    KEY("register", BOOL, registers, "true",
        "Registers kbnt's schemas there at the start, and writes messages with the ids that it gives"),
};
#undef BLOCK

#define BLOCK KbntProducerConfig
static const KbntKey producer_keys[] = {
    KEY("group", STRING, group, "virtualization-producer-service-group",
        "The group in which producers read events", .check = kbnt_check_word),
    KEY("backlog", INT, backlog, "100000",
        "Requests that may be stored and not yet confirmed by the broker; 503 beyond",
        RANGE("1", "10000000"), .unit = "requests", RELOADABLE),
    KEY("window", INT, window, "1000",
        "Records that may be on their way to the broker at once", RANGE("1", "100000"),
        .unit = "records"),
};
#undef BLOCK

#define BLOCK KbntConsumerConfig
static const KbntKey consumer_keys[] = {
    KEY("group", STRING, group, "virtualization-consumer-service-group",
        "The group in which consumers share the requests", .check = kbnt_check_word),
    KEY("workers", INT, workers, "4",
        "With batch_size: machines, disks and networks in work at once, over all hosts",
        RANGE("1", "1024"), .unit = "workers"),
    KEY("batch_size", INT, batch_size, "1", "Pieces of work that one worker has at once",
        RANGE("1", "1024")),
    KEY("poll_timeout", DURATION, poll_timeout_ms, "5000ms",
        "The longest that nobody looks for records of a broker, though it announced none",
        RANGE("1ms", "5m")),
    KEY("session_timeout", DURATION, session_timeout_ms, "30000ms",
        "After this silence a broker gives a member's partitions to others",
        RANGE("1s", "30m")),
    KEY("commit_interval", DURATION, commit_interval_ms, "1s",
        "How often offsets are committed to a broker, never before the record is in the inbox",
        RANGE("10ms", "1m")),
    KEY("window", INT, window, "1000",
        "Records taken from the broker and not yet in the inbox; 0 takes none in",
        RANGE("0", "100000"), .unit = "records"),
    KEY("host_report", DURATION, host_report_ms, "10s",
        "How often hosts are reported to the producers", RANGE("100ms", "10m")),
    KEY("reconcile_interval", DURATION, reconcile_interval_ms, "5m",
        "How often store and hypervisor are compared and debts paid; 0 only when asked",
        RANGE("0s", "1d")),
};
#undef BLOCK

#define BLOCK KbntEventsConfig
static const KbntKey events_keys[] = {
    KEY("behind", SIZE, behind_bytes, "1MiB",
        "A listener that is further behind is cut off", RANGE("4KiB", "64MiB")),
};
#undef BLOCK

#define BLOCK KbntDeadlineConfig
static const KbntKey deadline_keys[] = {
    KEY("machine", DURATION, machine_ms, "15m", "The time that a new machine may take",
        RANGE("1s", "7d"), RELOADABLE),
    KEY("storage", DURATION, storage_ms, "5m", "The time that a new disk may take",
        RANGE("1s", "7d"), RELOADABLE),
    KEY("network", DURATION, network_ms, "5m", "The time that a new network may take",
        RANGE("1s", "7d"), RELOADABLE),
    KEY("power", DURATION, power_ms, "5m", "The time that a start, stop or reboot may take",
        RANGE("1s", "7d"), RELOADABLE),
    KEY("attachment", DURATION, attachment_ms, "5m",
        "The time that attaching or detaching a disk may take", RANGE("1s", "7d"), RELOADABLE),
    KEY("deletion", DURATION, deletion_ms, "10m", "The time that a deletion may take",
        RANGE("1s", "7d"), RELOADABLE),
};
#undef BLOCK

#define BLOCK KbntRetentionConfig
static const KbntKey retention_keys[] = {
    KEY("requests", DURATION, requests_ms, "90d",
        "How long an ended request is kept; so long the same requestId gives the same answer",
        RANGE("1m", "3650d"), RELOADABLE),
    KEY("events", DURATION, events_ms, "90d", "How long events are kept for replay",
        RANGE("1m", "3650d"), RELOADABLE),
    KEY("audit", DURATION, audit_ms, "365d",
        "How long the record of who did what is kept, once a version keeps one",
        RANGE("1m", "3650d"), RELOADABLE),
    KEY("inbox", DURATION, inbox_ms, "30d",
        "How long the ids of messages are known as duplicates; longer than the topic keeps them",
        RANGE("1m", "3650d"), RELOADABLE),
    KEY("dead_letters", DURATION, dead_letters_ms, "30d", "How long dead letters are kept",
        RANGE("1m", "3650d"), RELOADABLE),
};
#undef BLOCK

#define BLOCK KbntCostConfig
static const KbntKey cost_keys[] = {
    KEY("cpu_hour", NUMBER, cpu_hour, "0.005", "A core for an hour", RANGE("0", "1000000"),
        .unit = "USD", RELOADABLE),
    KEY("memory_gb_hour", NUMBER, memory_gb_hour, "0.002", "A GB of memory for an hour",
        RANGE("0", "1000000"), .unit = "USD", RELOADABLE),
    KEY("standard_gb_hour", NUMBER, standard_gb_hour, "0.00005",
        "A GB on a disk of class standard for an hour", RANGE("0", "1000000"), .unit = "USD",
        RELOADABLE),
    KEY("ssd_gb_hour", NUMBER, ssd_gb_hour, "0.00009",
        "A GB on a disk of class ssd for an hour", RANGE("0", "1000000"), .unit = "USD",
        RELOADABLE),
    KEY("hdd_gb_hour", NUMBER, hdd_gb_hour, "0.00003",
        "A GB on a disk of class hdd for an hour", RANGE("0", "1000000"), .unit = "USD",
        RELOADABLE),
    KEY("nvme_gb_hour", NUMBER, nvme_gb_hour, "0.00015",
        "A GB on a disk of class nvme for an hour", RANGE("0", "1000000"), .unit = "USD",
        RELOADABLE),
    KEY("network_hour", NUMBER, network_hour, "0", "A network for an hour",
        RANGE("0", "1000000"), .unit = "USD", RELOADABLE),
};
#undef BLOCK

#define BLOCK KbntSlaConfig
static const KbntKey sla_keys[] = {
    KEY("objective", NUMBER, objective, "0.9995",
        "The share of requests that is to succeed within its target", RANGE("0", "1"),
        RELOADABLE),
    KEY("window", DURATION, window_ms, "1h", "The time over which shares are taken",
        RANGE("1m", "7d"), RELOADABLE),
    KEY("target.LOW", DURATION, target_low_ms, "300s",
        "From acceptance to the acknowledged event, for priority LOW", RANGE("1s", "1d"),
        RELOADABLE),
    KEY("target.NORMAL", DURATION, target_normal_ms, "120s", "The same for priority NORMAL",
        RANGE("1s", "1d"), RELOADABLE),
    KEY("target.HIGH", DURATION, target_high_ms, "60s", "The same for priority HIGH",
        RANGE("1s", "1d"), RELOADABLE),
    KEY("target.CRITICAL", DURATION, target_critical_ms, "30s",
        "The same for priority CRITICAL", RANGE("1s", "1d"), RELOADABLE),
};
#undef BLOCK

#define BLOCK KbntEstimateConfig
static const KbntKey estimate_keys[] = {
    KEY("machine", DURATION, machine_ms, "30s",
        "What a machine is said to take before one was made", RANGE("0", "1d")),
    KEY("storage", DURATION, storage_ms, "10s",
        "What a disk is said to take before one was made", RANGE("0", "1d")),
    KEY("network", DURATION, network_ms, "5s",
        "What a network is said to take before one was made", RANGE("0", "1d")),
};
#undef BLOCK

#define BLOCK KbntImagesConfig
static const KbntKey images_keys[] = {
    KEY("default", STRING, default_image, "ubuntu-22.04",
        "The image of a machine whose request names none", RELOADABLE, .check = kbnt_check_image),
};
#undef BLOCK

#define BLOCK KbntNetworksConfig
static const KbntKey networks_keys[] = {
    KEY("vlans", STRING, vlans, "1-4094", "The VLAN tags that may be used: \"100, 200-299\"",
        RELOADABLE, .check = kbnt_check_vlans),
    KEY("domain", STRING, domain, "kbnt.local", "The DNS domain of the guests", .check = kbnt_check_domain),
};
#undef BLOCK

/* The group "default" is there without a section; any other group must say what it lets in. */
#define BLOCK KbntSecurityGroupConfig
static const KbntKey default_group_keys[] = {
    KEY("ingress", STRING, ingress, "tcp/22 tcp/80 icmp",
        "What may reach a machine of the group: tcp/PORT, udp/PORT and icmp", RELOADABLE, .check = kbnt_check_ingress),
};
static const KbntKey group_keys[] = {
    KEY("ingress", STRING, ingress, NULL,
        "What may reach a machine of the group: tcp/PORT, udp/PORT and icmp",
        .flags = KBNT_KEY_RELOADABLE | KBNT_KEY_REQUIRED, .check = kbnt_check_ingress),
};
#undef BLOCK

#define SECTION(section, member, rows, struct_type, sentence) \
    { (section), (sentence), KBNT_KEY_TABLE(struct_type, rows), \
      G_STRUCT_OFFSET(KbntCoreConfig, member) }
static const KbntCoreSection sections[] = {
    SECTION("kbnt", kbnt, main_keys, KbntMainConfig, "What this process is made of"),
    SECTION("http", http, http_keys, KbntHttpConfig, "The HTTP interface"),
    SECTION("auth", auth, auth_keys, KbntAuthConfig, "Who is asking"),
    SECTION("quota", quota, quota_keys, KbntQuotaConfig, "How much somebody may have"),
    SECTION("policy", policy, policy_keys, KbntPolicyConfig, "Rules of the site"),
    SECTION("security", security, security_keys, KbntSecurityConfig,
            "What protects messages on the broker"),
    SECTION("registry", registry, registry_keys, KbntRegistryConfig,
            "Another schema registry, compatible with Confluent's"),
    SECTION("producer", producer, producer_keys, KbntProducerConfig,
            "The half that accepts requests"),
    SECTION("consumer", consumer, consumer_keys, KbntConsumerConfig, "The half that provisions"),
    SECTION("events", events, events_keys, KbntEventsConfig, "Server-Sent Events"),
    SECTION("deadline", deadline, deadline_keys, KbntDeadlineConfig,
            "How long requests may take before they are undone"),
    SECTION("retention", retention, retention_keys, KbntRetentionConfig,
            "How long the past is kept"),
    SECTION("cost", cost, cost_keys, KbntCostConfig,
            "Prices: 4 cores, 8 GB and 100 GB of ssd cost 0.045 USD an hour by default"),
    SECTION("sla", sla, sla_keys, KbntSlaConfig, "The service level that metrics are held to"),
    SECTION("estimate", estimate, estimate_keys, KbntEstimateConfig,
            "The estimated time before there is any experience"),
    SECTION("images", images, images_keys, KbntImagesConfig, "Images of machines"),
    SECTION("networks", networks, networks_keys, KbntNetworksConfig, "Networks of machines"),
    SECTION("securitygroup default", security_groups, default_group_keys,
            KbntSecurityGroupConfig, "The security group of a machine whose request names none"),
    SECTION("securitygroup *", security_groups, group_keys, KbntSecurityGroupConfig,
            "A further security group"),
};
/* clang-format on */

const KbntCoreSection *
kbnt_core_sections(guint *ret_n_sections)
{
    *ret_n_sections = G_N_ELEMENTS(sections);
    return sections;
}
