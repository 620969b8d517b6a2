/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-provisioner.h: owns the port to a hypervisor: parts made, looked at and removed.
 *
 * A resource consists of parts (KbntPart). The argument of every op on a part is
 *
 *   PART                the kind
 *   PART_ID             UUIDv5 of the owner's messageId: names the part on the hypervisor
 *   HOST                where
 *   MESSAGE_ID, REQUEST_ID, USER_ID, EPOCH, VERSION    the owner, kept with the part
 *   VIRTUAL_RESOURCE_ID, RESOURCE_TYPE
 *   SPECIFICATION       as validated (kbnt-store.h)
 *   NETWORK_ID, MAC, VLAN, …     what earlier steps gave
 *
 * All ops are idempotent by PART_ID and PART: doing twice is finding what is there. They are
 * called on the loop thread, return at once, and complete their task exactly once. An EPOCH
 * lower than the one that the part carries fails with LEASE_LOST.
 */
#ifndef KBNT_PROVISIONER_H
#define KBNT_PROVISIONER_H

#include <kbnt/kbnt-host.h>
#include <kbnt/kbnt-life.h>

G_BEGIN_DECLS

/**
 * KbntProvisionerCaps:
 * @KBNT_PROVISIONER_ATTACH: has attach and detach
 * @KBNT_PROVISIONER_POWER: has power
 */
typedef enum {
    KBNT_PROVISIONER_ATTACH = 1 << 0,
    KBNT_PROVISIONER_POWER = 1 << 1,
} KbntProvisionerCaps;

/**
 * KbntProvisionerOps:
 * @life: create, start, stop, reload, destroy, health
 * @hosts: result {HOSTS: values {HOST, REGION, HYPERVISOR, ALIVE, CAPACITY: {CPU, MEMORY_MB,
 *   DISK_MB}, LABELS, IMAGES: values {NAME, SHA256}}}
 * @ensure: makes the part, or finds it; result is the part as inspect gives it
 * @inspect: result {PART, PART_ID, HOST, MESSAGE_ID, EPOCH, RESOURCE_STATUS, …}; NOT_FOUND
 * @remove: takes the part away; one that is not there is success
 * @power: also POWER_ACTION, FORCE; result {RESOURCE_STATUS, BOOT_SECONDS where it booted}
 * @attach: PART_ID of the machine, STORAGE_ID the messageId of the volume's create request
 * @detach: likewise
 * @probe: asks the guest; result {ENDPOINTS: {ADDRESS, SSH, HTTP, MANAGEMENT}, HEALTH:
 *   {HEALTH_STATUS, PASSED, TOTAL, CHECKS: values {NAME, CHECK_STATUS, DETAIL},
 *   MONITORING_AGENT}, METRICS: {BOOT_SECONDS, SERVICE_STARTUP_SECONDS, CPU_PERCENT,
 *   MEMORY_USED_MB, DISK_IOPS}, HYPERVISOR, RESOURCE_SPECS}; what cannot be measured is
 *   absent, never invented
 * @list_owned: argument {HOST}: result {PARTS: values as inspect gives them}
 *
 * The ops of a provisioner.
 */
typedef struct {
    KbntLifeOps life;
    void (*hosts)(void *instance, KbntTask *task);
    void (*ensure)(void *instance, KbntTask *task);
    void (*inspect)(void *instance, KbntTask *task);
    void (*remove)(void *instance, KbntTask *task);
    void (*power)(void *instance, KbntTask *task);
    void (*attach)(void *instance, KbntTask *task);
    void (*detach)(void *instance, KbntTask *task);
    void (*probe)(void *instance, KbntTask *task);
    void (*list_owned)(void *instance, KbntTask *task);
} KbntProvisionerOps;

G_END_DECLS

#endif
